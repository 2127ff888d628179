// ProxyTunnel: a Stream to a proxy and a ProxyDialogue → the same Stream as a tunnel.
//
// start() drives the dialogue and calls `done` once, on the loop, never from within start(): with
// the stream, no byte of the tunnel taken, or with the dialogue's Error. A refusal's body is waited
// for one second at most, give_up() ends that. Destroying it ends the talk and `done` is not
// called. No deadline of its own otherwise. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>

#include "base/error.h"
#include "net/proxy_dialogue.h"
#include "net/stream.h"

namespace wscope::net {

class ProxyTunnel {
 public:
  using Done = std::function<void(Result<std::unique_ptr<Stream>>)>;

  ProxyTunnel(asio::io_context& loop, std::unique_ptr<Stream> stream,
              std::unique_ptr<ProxyDialogue> dialogue);
  ~ProxyTunnel();
  void start(Done done);
  /// Out of time: true where the proxy has refused already, and `done` was told so within the call.
  bool give_up();
  const ProxyDialogue& dialogue() const;

 private:
  struct Run;
  std::shared_ptr<Run> run_;
};

}  // namespace wscope::net
