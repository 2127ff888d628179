// Opening: from the URL to an upgraded Stream: connect, handshake, and what a refusal leads to.
//
// A redirect is followed where -L says so, a Digest challenge answered, both on a new connection.
// start() calls `done` exactly once: with the stream, what was agreed and the bytes that came
// behind the response head, or with the Error that ends the run. One deadline (--connect-timeout)
// covers it all; its expiry names the stage that was under way (Stage::kTimeout). cancel() stops
// silently. The steps are told to the sink. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "net/connector.h"
#include "net/stream.h"
#include "net/url.h"
#include "session/deadline.h"
#include "session/reconnect.h"
#include "session/redirect.h"
#include "session/request_plan.h"
#include "session/upgrade.h"

namespace wscope::session {

struct OpenedStream {
  std::unique_ptr<net::Stream> stream;
  ws::Agreed agreed;
  std::string rest;  // frames that came with the response head
  std::string url;   // where we are, without user info
  std::string host;  // there
  bool home = true;  // no redirect led to another origin than that of the URL
};

class Opening {
 public:
  using Done = std::function<void(Result<OpenedStream>)>;

  /// All must outlive it; the connector, whose sink is the same, is used by one opening at a time
  /// and goes on with what it was told before, a passphrase above all.
  Opening(asio::io_context& loop, const Options& options, EventSink& sink,
          net::Connector& connector);
  ~Opening();

  /// `cookies`: those of the opening before this one, if there was one.
  void start(const net::Url& url, std::optional<CookieJar> cookies, Done done);
  /// Those of files and those that servers have set, as far as it got; nothing: not begun.
  std::optional<CookieJar> cookies() const;
  /// What the server, or a proxy before it, said when it refused; for who considers to try again.
  RefusedUpgrade refused() const;
  void cancel();

 private:
  void begin(Result<RequestPlan> plan);
  Result<void> prepare();
  void connect();
  void upgrade(std::unique_ptr<net::Stream> stream);
  void upgraded(Result<void> result);
  bool leads_on(const ws::ResponseHead& head);
  Result<void> take_redirect(const ws::ResponseHead& head);
  void go_on();
  std::string tls_left_behind() const;
  void expired();
  void finish(Result<OpenedStream> result);

  asio::io_context& loop_;
  const Options& options_;
  EventSink& sink_;
  net::Url url_;
  std::optional<RequestPlan> plan_;
  RedirectChain chain_;
  std::optional<Result<void>> led_on_;  // the answer asks for another request, or why not
  ws::HandshakeRequest request_;
  Done done_;
  Deadline deadline_;
  net::Connector& connector_;
  std::unique_ptr<net::Stream> stream_;
  std::unique_ptr<Upgrade> upgrade_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wscope::session
