// AddressRace: a list of addresses → the first connection that stands (RFC 8305 5).
//
// Attempts begin 250 ms apart, or at once when the one before failed; the first that connects wins
// and the others are given up. Each attempt is told to the sink when it ends. `done` is called
// once, on the loop, never from within start(): with the stream, or with one Error
// (Stage::kConnect) that lists every address and its cause. Destroying the race closes what is
// under way; `done` is not called. A full backlog of a Unix socket is waited for. No deadline of
// its own. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/event_sink.h"
#include "net/address_plan.h"
#include "net/socket_address.h"
#include "net/stream.h"

namespace wscope::net {

class AddressRace {
 public:
  using Done = std::function<void(Result<std::unique_ptr<Stream>>)>;

  AddressRace(asio::io_context& loop, EventSink& sink, SourceBinding source);
  ~AddressRace();

  /// `name` is what the addresses belong to, for the error: "localhost:8765". `role` stands before
  /// each address in events and in the error: "proxy " or nothing.
  void start(std::vector<SocketAddress> addresses, std::string name, std::string role, Done done);
  /// The addresses being tried: "127.0.0.1:80, [::1]:80".
  std::string pending() const;

 private:
  struct Run;
  std::shared_ptr<Run> run_;
};

}  // namespace wscope::net
