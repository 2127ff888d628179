// DialectTalk: puts a dialect between what is typed and received and the session of a connection.
//
// Texts go through the dialect and come out as messages for the connection; messages of the
// connection come out as lines for the sinks. Holds what is typed before the dialect is ready, and
// gives a peer that never makes it ready --connect-timeout. Calls its owner back on the loop
// thread, also from within its own functions.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "dialect/dialect.h"
#include "net/url.h"
#include "session/deadline.h"

namespace wscope::session {

class DialectOwner {
 public:
  virtual ~DialectOwner() = default;
  virtual void dialect_send(MessageType type, std::string_view data) = 0;
  virtual void dialect_show(std::string_view line) = 0;
  virtual void dialect_notice(std::string_view text) = 0;
  /// What was typed could not be said.
  virtual void dialect_refused(const Error& error) = 0;
  /// The run can't go on.
  virtual void dialect_failed(const Error& error) = 0;
  /// The peer ended the conversation in good order.
  virtual void dialect_ended() = 0;
  virtual void dialect_ready() = 0;
};

class DialectTalk {
 public:
  DialectTalk(asio::io_context& loop, const Options& options, const net::Url& url, bool interactive,
              DialectOwner& owner);

  /// A new connection is open: forgets the last one. `now` in seconds, as everywhere here.
  void opened(double now);
  bool ready() const { return dialect_ && dialect_->ready(); }
  void typed(MessageType type, std::string_view data, double now);
  void command(std::string_view line, double now);
  void received(MessageType type, std::string_view data, double now);
  /// Before our Close.
  void leaving();
  /// The connection has ended.
  void ended();

 private:
  void perform(dialect::Steps steps);
  void became_ready(double now);
  void out_of_time();

  const Options& options_;
  DialectOwner& owner_;
  dialect::Setting setting_;
  std::unique_ptr<dialect::Dialect> dialect_;
  Deadline ready_deadline_;
  bool was_ready_ = false;
  std::vector<std::pair<MessageType, std::string>> held_;  // typed before it was ready
};

/// The options and the URL as the dialect wants them: its subprotocol, its path.
Options options_for_dialect(Options options);
net::Url url_for_dialect(const Options& options, net::Url url);

}  // namespace wscope::session
