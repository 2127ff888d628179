// TlsPeer: whom TLS is spoken with: the name to ask for and to find in the certificate.
#pragma once

#include <string>

namespace wscope::net {

struct TlsPeer {
  std::string host;  // name or address to be found in the certificate; no brackets, no zone
  bool is_ip = false;
  std::string shown;    // in messages: "localhost:8443"
  bool client = false;  // the peer is a client of our server
};

}  // namespace wscope::net
