// DialectTalk: puts a dialect between what is typed and received and the session of a connection.
//
// Texts go through the dialect and come out as messages for the connection; messages of the
// connection come out as lines for the sinks. Holds what is typed before the dialect is ready, and
// gives a peer that never makes it ready --connect-timeout. Calls its owner back on the loop
// thread, also from within its own functions.
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/event_sink.h"
#include "base/options.h"
#include "dialect/dialect.h"
#include "net/url.h"
#include "session/deadline.h"
#include "session/outbox.h"

namespace wscope::session {

class DialectOwner {
 public:
  virtual ~DialectOwner() = default;
  /// `masked` is to be told instead of what has credentials.
  virtual void dialect_send(MessageType type, std::string_view data, std::string_view masked) = 0;
  virtual void dialect_show(std::string_view line) = 0;
  virtual void dialect_notice(std::string_view text) = 0;
  /// What was typed could not be said.
  virtual void dialect_refused(const Error& error) = 0;
  /// All that says this was sent or queued, the last message just now.
  virtual void dialect_said(MessageType, std::string_view) {}
  /// The run can't go on; 0: the code to close with is the owner's choice.
  virtual void dialect_failed(const Error& error, std::uint16_t close_code) = 0;
  /// The peer is silent: the connection is lost.
  virtual void dialect_lost(const Error& error) = 0;
  /// The peer ended the conversation in good order.
  virtual void dialect_ended() = 0;
  virtual void dialect_ready() = 0;
  /// A timer of the dialect expired: its messages are queued, to be written now.
  virtual void dialect_ticked() = 0;
  /// The time, as it is now.
  virtual double dialect_now() = 0;
  /// False while nothing is read, as when stdout is full: silence says nothing then.
  virtual bool dialect_hears() = 0;
  /// When the last part came of a message that is not whole; nothing: none is under way.
  virtual std::optional<double> dialect_part_came() = 0;
};

class DialectTalk {
 public:
  /// Where a connection has led.
  struct Place {
    std::string host;
    bool home = true;  // false: a redirect led to another origin than that of the URL
  };

  DialectTalk(asio::io_context& loop, const Options& options, const net::Url& url, bool interactive,
              DialectOwner& owner);
  /// Stage::kUsage where an option of a dialect has a value that could not be said.
  static Result<void> check(const Options& options);

  /// A new connection is open: forgets the last one. With --reconnect `unsent` of the last one is
  /// said first, after the -x messages. Credentials are for home. `now` in seconds, as everywhere
  /// here.
  void opened(double now, const Place& place, std::deque<Outbox::Item> unsent = {});
  bool ready() const { return dialect_ && dialect_->ready(); }
  void typed(MessageType type, std::string_view data, double now);
  void command(std::string_view line, double now);
  void received(MessageType type, std::string_view data, double now);
  /// Before our Close.
  void leaving();
  /// The connection has ended: how many typed messages it never took and nothing will.
  std::size_t ended();
  /// Which option may give what the server missed, where the last connection ended before it was
  /// ready; empty: none.
  const std::string& login_hint() const { return login_hint_; }
  /// What came of something that the last connection ended within; empty: all was whole.
  const std::string& unfinished() const { return unfinished_; }

 private:
  void perform(const dialect::Steps& steps);
  void became_ready(double now);
  void say(MessageType type, std::string_view data, double now);
  void watch_time(double now);
  void tick();
  void out_of_time();

  const Options& options_;
  DialectOwner& owner_;
  dialect::Setting setting_;
  std::unique_ptr<dialect::Dialect> dialect_;
  Deadline ready_deadline_;
  Deadline tick_deadline_;
  double tick_at_ = 0;  // when that expires
  bool was_ready_ = false;
  std::string login_hint_;
  std::string unfinished_;
  std::deque<Outbox::Item> held_;  // typed before it was ready
};

/// The options and the URL as the dialect wants them: its subprotocol, its path.
Options options_for_dialect(Options options);
net::Url url_for_dialect(const Options& options, net::Url url);

}  // namespace wscope::session
