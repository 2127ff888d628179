// ScriptRunner: carries out a Script against connections that a host keeps.
//
// Pure: the host says what happened (connected, event), proceed(now) runs statements until one has
// to wait, and wake_at() says when to call it again at the latest. Seconds since the start of the
// run. The host's methods are called from proceed() only, and none calls back. Each connection's
// events wait in a queue until a statement takes them; is_full() lets the host stop reading.
// It ends with `finished()`; the Error, if any, names file and line: kExpectation for what was
// expected and did not come, the host's own error where a connection failed, kUsage for a value
// that is missing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/event_sink.h"
#include "input/script.h"
#include "output/script_report.h"
#include "session/script_assignment.h"
#include "session/script_cases.h"
#include "session/script_inbox.h"
#include "session/script_match.h"
#include "session/script_variables.h"

namespace wscope::session {

class ScriptHost {
 public:
  virtual ~ScriptHost() = default;
  /// Leads to connected() or failed(). An error: the URL is none, or the name is still connected.
  virtual Result<void> connect(const std::string& name, const std::string& url,
                               const std::vector<std::string>& headers) = 0;
  /// Nothing, or why it can't be sent.
  virtual std::optional<std::string> send(const std::string& name, MessageType type,
                                          std::string_view data) = 0;
  virtual std::optional<std::string> ping(const std::string& name, std::string_view data) = 0;
  virtual std::optional<std::string> pong(const std::string& name, std::string_view data) = 0;
  virtual std::optional<std::string> close(const std::string& name, std::uint16_t code,
                                           std::string_view reason) = 0;
  /// Whether the connection takes more.
  virtual bool has_room(const std::string& name) = 0;
  /// How many bytes of what was sent it holds that the peer's system has not taken.
  virtual std::size_t unsent(const std::string& name) = 0;
  virtual Result<std::string> read_file(const std::string& path) = 0;
};

class ScriptRunner {
 public:
  /// `script` and `host` must outlive it.
  /// `opening`: the host opens the connection without a name already.
  ScriptRunner(const input::Script& script, ScriptHost& host,
               ScriptVariables::Environment environment, bool opening);

  void connected(const std::string& name);
  void failed(const std::string& name, Error error);
  void event(const std::string& name, ScriptEvent event);
  /// No more should be read of that connection.
  bool is_full(const std::string& name) const;
  /// Whether the connection's end was expected by the script.
  bool took_end(const std::string& name) const;

  void proceed(double now);
  std::optional<double> wake_at() const;
  bool finished() const { return finished_; }
  /// How it ended; nothing: every statement was carried out.
  const std::optional<Error>& failure() const { return failure_; }
  /// The run ends from outside (a signal, --timeout): for the report.
  void abandon(double now, const std::string& why);
  output::ScriptReport report() const { return {script_.file, cases_.all()}; }

 private:
  using Statement = input::ScriptStatement;
  struct Frame {
    const std::vector<Statement>* body;
    std::size_t next = 0;
    const Statement* block = nullptr;
    std::uint64_t round = 1;
    std::optional<double> deadline;
  };
  struct Pending {
    const Statement* statement;
    ScriptMatcher matcher;
  };
  struct Arrival {
    std::string connection;
    ScriptEvent event;
    JsonReading json;  // of the event's data
  };
  /// What the statement under way waits for.
  struct Wait {
    enum class Kind { kNothing, kConnection, kRoom, kTime, kEvents, kSilence };
    Kind kind = Kind::kNothing;
    std::optional<double> until;
    std::string connection;
    std::size_t unsent = 0;        // kRoom: bytes, when the peer was last seen to take some
    double moved_at = 0;           // kRoom: that was then
    std::vector<Pending> pending;  // all of the statement, also those that are fulfilled
    ScriptAssignment assignment;   // of `taken` to them
    std::vector<Arrival> taken;
    bool pass_over = false;
    std::vector<std::string> passed;  // the last ones that were passed over
    std::size_t passed_count = 0;
    // How many at the front kSilence has looked at.
    std::map<const ScriptInbox::Queue*, std::size_t> looked;
  };

  bool step();
  bool leave_block();
  bool execute(const Statement& statement);
  bool enter_block(const Statement& statement);
  bool connect(const Statement& statement);
  bool header(const Statement& statement);
  bool send(const Statement& statement);
  bool control(const Statement& statement);
  bool expect(const Statement& statement);
  bool set(const Statement& statement);
  void wait_until(typename Wait::Kind kind, std::optional<double> until);

  bool go_on();
  bool get_room();
  bool is_late() const;
  bool take_events();
  bool take_for(std::size_t index);
  bool take_control(std::size_t index);
  bool take_message(std::size_t index);
  bool keeps_silent();
  bool is_not(const Pending& unwanted, const ScriptEvent& event);
  bool assign(const std::string& connection, ScriptEvent& event);
  bool fits(const Pending& pending, Arrival& arrival) const;
  void keep_values();
  bool fail_match(const Pending& pending, const ScriptEvent& event);
  bool fail_late();
  bool fail_deaf();

  std::optional<Pending> pending_of(const Statement& statement);
  std::optional<std::string> filled_in(const std::string& text, const Statement& statement,
                                       input::TemplateStyle style = input::TemplateStyle::kPlain);
  std::optional<double> limit() const;
  double patience(const Statement& statement) const;
  double patience() const;

  bool fail_at(const Statement* statement, Error error);
  std::string place(const Statement& statement) const;

  const input::Script& script_;
  ScriptHost& host_;
  ScriptVariables variables_;
  ScriptCases cases_;
  std::vector<Frame> frames_;
  Wait wait_;
  const Statement* current_ = nullptr;
  std::map<std::string, ScriptInbox> inboxes_;
  std::map<std::string, std::string> last_ping_;
  std::vector<std::string> headers_;  // for the next connect
  double now_ = 0;
  double patience_ = 5;
  bool finished_ = false;
  bool wants_turn_ = false;
  int messages_left_ = 0;  // that may be looked at in this turn
  std::optional<Error> failure_;
};

}  // namespace wscope::session
