// ws_stall: upgrades, then reads nothing and sends nothing until it is ended by a signal.
//
//   ws_stall [--raw] [--tls]
//
// stdout: the port.
#include <unistd.h>

#include "arguments.h"
#include "loopback.h"
#include "wire.h"

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const bool raw = arguments.flag("--raw");
  const bool tls = arguments.flag("--tls");
  arguments.done();
  SSL_CTX* context = tls ? bench::make_server_tls() : nullptr;
  const int listener = bench::listen_on_loopback();
  bench::Wire wire = bench::accept_one(listener, context);
  if (!raw) bench::upgrade(wire, false);
  for (;;) pause();
}
