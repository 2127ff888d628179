// TCP sockets on 127.0.0.1 for the bench tools: blocking, without Nagle's delay.
//
// What fails ends the tool through fail(). No state.
#pragma once

#include <string>

namespace bench {

/// Takes a free port and prints it on stdout as the first line. SIGPIPE is ignored from then on.
int listen_on_loopback();
int connect_to_loopback(const std::string& port);
void no_delay(int fd);

}  // namespace bench
