// tls_pump: a plain OpenSSL read loop, socket → stdout until the end; the yardstick of TLS.
//
//   tls_pump PORT
#include <unistd.h>

#include <vector>

#include "arguments.h"
#include "loopback.h"
#include "wire.h"

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::string port = arguments.word("port");
  arguments.done();
  SSL* ssl = SSL_new(bench::make_client_tls());
  const int fd = bench::connect_to_loopback(port);
  SSL_set_fd(ssl, fd);
  if (SSL_connect(ssl) != 1) bench::fail("TLS handshake failed");
  bench::Wire wire(fd, ssl);
  std::vector<char> buffer(std::size_t{128} << 10);
  while (const std::size_t got = wire.read(buffer.data(), buffer.size())) {
    for (std::size_t put = 0; put < got;) {
      const ssize_t step = write(STDOUT_FILENO, buffer.data() + put, got - put);
      if (step < 0) bench::fail_errno("write");
      put += static_cast<std::size_t>(step);
    }
  }
  return 0;
}
