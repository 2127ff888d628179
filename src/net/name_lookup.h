// NameLookup: a host name → its addresses, in the resolver's order, without blocking the loop.
//
// getaddrinfo can't be interrupted, so it runs on a detached thread of its own which hands its
// result over only while the lookup is wanted: destroying the NameLookup lets go of it (`done` is
// not called), and the program can end at once even when the resolver hangs. Only for names; a
// literal address needs none. "localhost" falls back to the loopback addresses where the resolver
// doesn't know it (RFC 6761 6.3). A failure is Stage::kResolve. Loop thread only; destroy it before
// the loop.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/options.h"
#include "net/socket_address.h"

namespace wscope::net {

class NameLookup {
 public:
  using Done = std::function<void(Result<std::vector<SocketAddress>>)>;

  explicit NameLookup(asio::io_context& loop);
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  void start(const std::string& host, std::uint16_t port, AddressFamily family, Done done);

 private:
  struct Shared;
  asio::io_context& loop_;
  std::shared_ptr<Shared> shared_;
};

/// The same, blocking: for the address of a listener.
Result<std::vector<SocketAddress>> look_up(const std::string& host, std::uint16_t port,
                                           AddressFamily family);

}  // namespace wscope::net
