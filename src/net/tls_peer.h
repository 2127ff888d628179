// TlsPeer: whom TLS is spoken with: the name to ask for and to find in the certificate.
#pragma once

#include <string>

namespace wscope::net {

struct TlsPeer {
  enum class Role {
    kServer,  // the one the URL names
    kProxy,
    kClient,  // of our own server
  };

  std::string host;  // name or address to be found in the certificate; no brackets, no zone
  bool is_ip = false;
  std::string shown;  // in messages: "localhost:8443", "proxy proxy.example:443"
  Role role = Role::kServer;
};

}  // namespace wscope::net
