#include "session/script_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "base/json_scanner.h"
#include "base/utf8.h"
#include "input/control_payload.h"
#include "input/json_value.h"
#include "input/script_words.h"
#include "session/script_check.h"
#include "ws/close_code.h"

namespace wscope::session {
namespace {

using Kind = input::ScriptStatement::Kind;
using Pattern = input::ScriptPattern::Kind;
using Outcome = output::ScriptCase::Outcome;

// The loop gets its turn between so many statements.
constexpr int kStatementsPerTurn = 1000;
// So that signals and --timeout get a turn where much has come and much is expected. Once time is
// up, what came until then is looked at all the same.
constexpr int kMessagesPerTurn = 250;
// A longer text is taken apart anew when it is moved to another place: it would take several times
// its memory while the others come.
constexpr std::size_t kMostKeptJson = 4096;
constexpr const char* kFullLine =
    "messages of 16 MiB wait in line, and no more is read until they are expected or awaited";
constexpr double kSilence = 1;                // not-expect without `for`
constexpr double kLooksAtRoom = 8;            // how often a wait for room looks whether it moves
constexpr std::size_t kRememberedPassed = 5;  // messages that await passed over, for its failure

Error expectation(std::string message, std::string detail = {}) {
  return {Stage::kExpectation, std::move(message), {}, std::move(detail)};
}

}  // namespace

ScriptRunner::ScriptRunner(const input::Script& script, ScriptHost& host,
                           ScriptVariables::Environment environment, bool opening)
    : script_(script), host_(host), variables_(std::move(environment)), cases_(script) {
  frames_.push_back({&script_.statements, 0, nullptr, 1, std::nullopt});
  if (opening) wait_until(Wait::Kind::kConnection, std::nullopt);
}

void ScriptRunner::connected(const std::string& name) {
  inboxes_[name] = {};
  last_ping_.erase(name);
  if (wait_.kind == Wait::Kind::kConnection && wait_.connection == name) wait_ = {};
}

void ScriptRunner::failed(const std::string& name, Error error) {
  if (finished_ || wait_.kind != Wait::Kind::kConnection || wait_.connection != name) return;
  fail_at(current_, std::move(error));
}

bool ScriptRunner::took_end(const std::string& name) const {
  const auto inbox = inboxes_.find(name);
  return inbox != inboxes_.end() && inbox->second.end_taken;
}

void ScriptRunner::event(const std::string& name, ScriptEvent event) {
  const ScriptInbox::Queue* const moved_up = inboxes_[name].add(std::move(event));
  if (moved_up == nullptr) return;
  const auto looked = wait_.looked.find(moved_up);
  if (looked != wait_.looked.end() && looked->second > 0) --looked->second;
}

bool ScriptRunner::is_full(const std::string& name) const {
  const auto inbox = inboxes_.find(name);
  return inbox != inboxes_.end() && inbox->second.full();
}

void ScriptRunner::proceed(double now) {
  now_ = now;
  wants_turn_ = false;
  messages_left_ = kMessagesPerTurn;
  for (int i = 0; i < kStatementsPerTurn; ++i) {
    if (finished_ || !step()) return;
  }
  wants_turn_ = true;
}

std::optional<double> ScriptRunner::wake_at() const {
  if (finished_) return std::nullopt;
  if (wants_turn_) return now_;
  return limit();
}

bool ScriptRunner::is_late() const {
  const auto last = limit();
  return last && now_ >= *last;
}

/// When what is under way must be done at the latest.
std::optional<double> ScriptRunner::limit() const {
  std::optional<double> first = wait_.until;
  for (const Frame& frame : frames_) {
    if (frame.deadline && (!first || *frame.deadline < *first)) first = frame.deadline;
  }
  return first;
}

bool ScriptRunner::step() {
  if (wait_.kind != Wait::Kind::kNothing && !go_on()) return false;
  if (finished_) return false;
  Frame& frame = frames_.back();
  if (frame.next == frame.body->size()) return leave_block();
  current_ = &(*frame.body)[frame.next++];
  return execute(*current_);
}

bool ScriptRunner::execute(const Statement& statement) {
  switch (statement.kind) {
    case Kind::kConnect:
      return connect(statement);
    case Kind::kHeader:
      return header(statement);
    case Kind::kSend:
      return send(statement);
    case Kind::kPing:
    case Kind::kPong:
    case Kind::kClose:
      return control(statement);
    case Kind::kExpect:
    case Kind::kAwait:
    case Kind::kNotExpect:
    case Kind::kUnordered:
      return expect(statement);
    case Kind::kSleep:
      wait_until(Wait::Kind::kTime, now_ + *statement.seconds);
      return true;
    case Kind::kTimeout:
      patience_ = *statement.seconds;
      return true;
    case Kind::kSet:
      return set(statement);
    case Kind::kTest:
      cases_.begin(now_, statement.line);
      return true;
    case Kind::kRepeat:
    case Kind::kWithin:
      return enter_block(statement);
  }
  return true;
}

void ScriptRunner::wait_until(Wait::Kind kind, std::optional<double> until) {
  wait_ = {};
  wait_.kind = kind;
  wait_.until = until;
}

bool ScriptRunner::enter_block(const Statement& statement) {
  Frame frame{&statement.body, 0, &statement, 1, std::nullopt};
  if (statement.seconds) frame.deadline = now_ + *statement.seconds;
  if (statement.kind == Kind::kRepeat) {
    if (!statement.name.empty()) variables_.set(statement.name, {"1", "1", {}});
  }
  frames_.push_back(frame);
  return true;
}

bool ScriptRunner::leave_block() {
  Frame& frame = frames_.back();
  if (frame.block == nullptr) {
    finished_ = true;
    cases_.end(now_, Outcome::kPassed, nullptr);
    return false;
  }
  if (frame.deadline && now_ > *frame.deadline) return fail_late();
  if (frame.block->kind == Kind::kRepeat && frame.round < frame.block->count) {
    ++frame.round;
    frame.next = 0;
    const std::string round = std::to_string(frame.round);
    if (!frame.block->name.empty()) variables_.set(frame.block->name, {round, round, {}});
    return true;
  }
  frames_.pop_back();
  return true;
}

bool ScriptRunner::connect(const Statement& statement) {
  const auto url = filled_in(statement.text, statement);
  if (!url) return false;
  auto begun = host_.connect(statement.connection, *url, std::exchange(headers_, {}));
  if (!begun) return fail_at(&statement, std::move(begun.error()));
  wait_until(Wait::Kind::kConnection, std::nullopt);
  wait_.connection = statement.connection;
  return true;
}

bool ScriptRunner::header(const Statement& statement) {
  auto header = filled_in(statement.text, statement);
  if (!header) return false;
  auto checked = check_script_header(*header);
  if (!checked) return fail_at(&statement, std::move(checked.error()));
  headers_.push_back(std::move(*header));
  return true;
}

bool ScriptRunner::send(const Statement& statement) {
  const bool json = statement.payload == input::ScriptPayload::kJson;
  const bool hex = statement.payload == input::ScriptPayload::kHex;
  auto data = filled_in(statement.text, statement,
                        json  ? input::TemplateStyle::kJson
                        : hex ? input::TemplateStyle::kHex
                              : input::TemplateStyle::kPlain);
  if (!data) return false;
  MessageType type = MessageType::kText;
  if (hex) {
    auto bytes = input::script_bytes(*data);
    if (!bytes) return fail_at(&statement, std::move(bytes.error()));
    data = std::move(*bytes);
    type = MessageType::kBinary;
  } else if (statement.payload == input::ScriptPayload::kFile) {
    auto content = host_.read_file(*data);
    if (!content) {
      content.error().message += ": not sent";
      return fail_at(&statement, std::move(content.error()));
    }
    data = std::move(*content);
    if (!is_valid_utf8(*data)) type = MessageType::kBinary;
  } else if (!is_valid_utf8(*data)) {
    return fail_at(&statement,
                   {Stage::kUsage, "with its values filled in it is not UTF-8", {}, {}});
  } else if (json && !is_json(*data)) {
    return fail_at(
        &statement,
        {Stage::kUsage, "with its values filled in it is no JSON: " + printable(*data), {}, {}});
  }
  if (auto why_not = host_.send(statement.connection, type, *data)) {
    return fail_at(&statement, {Stage::kConnection, "can't send: " + *why_not, {}, {}});
  }
  if (!host_.has_room(statement.connection)) {
    wait_until(Wait::Kind::kRoom, now_ + patience() / kLooksAtRoom);
    wait_.connection = statement.connection;
    wait_.unsent = host_.unsent(statement.connection);
    wait_.moved_at = now_;
  }
  return true;
}

bool ScriptRunner::control(const Statement& statement) {
  const auto data = filled_in(statement.text, statement);
  if (!data) return false;
  const bool closes = statement.kind == Kind::kClose;
  std::uint16_t code = statement.code.number.value_or(ws::kCloseNormal);
  if (!statement.code.value.empty()) {
    const auto word = filled_in(statement.code.value, statement);
    if (!word) return false;
    auto known = input::script_close_code(*word);
    if (!known) return fail_at(&statement, std::move(known.error()));
    code = *known;
  }
  const auto bad = closes ? input::check_close(code, *data) : input::check_ping(*data);
  if (bad) return fail_at(&statement, {Stage::kUsage, bad->message, {}, {}});
  std::optional<std::string> why_not;
  if (closes) {
    why_not = host_.close(statement.connection, code, *data);
  } else if (statement.kind == Kind::kPong) {
    why_not = host_.pong(statement.connection, *data);
  } else {
    last_ping_[statement.connection] = *data;
    why_not = host_.ping(statement.connection, *data);
  }
  if (!why_not) return true;
  const std::string what = closes ? "can't close: " : "can't send: ";
  return fail_at(&statement, {Stage::kConnection, what + *why_not, {}, {}});
}

bool ScriptRunner::set(const Statement& statement) {
  const auto text = filled_in(statement.text, statement);
  if (text) variables_.set(statement.name, {*text, *text, {}});
  return text.has_value();
}

bool ScriptRunner::expect(const Statement& statement) {
  std::vector<Pending> pending;
  const bool several = statement.kind == Kind::kUnordered;
  const Statement* const first = several ? statement.body.data() : &statement;
  const std::size_t count = several ? statement.body.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    auto one = pending_of(first[i]);
    if (!one) return false;
    pending.push_back(std::move(*one));
  }
  const bool silence = statement.kind == Kind::kNotExpect;
  wait_until(silence ? Wait::Kind::kSilence : Wait::Kind::kEvents,
             now_ + (silence ? statement.seconds.value_or(kSilence) : patience(statement)));
  wait_.pass_over = statement.kind == Kind::kAwait;
  wait_.assignment = ScriptAssignment(pending.size());
  wait_.pending = std::move(pending);
  return true;
}

double ScriptRunner::patience(const Statement& statement) const {
  return statement.seconds ? *statement.seconds : patience();
}

/// Seconds; within a block that has a limit of its own, that one rules.
double ScriptRunner::patience() const {
  for (const Frame& frame : frames_) {
    if (frame.deadline) return 1e9;
  }
  return patience_;
}

std::optional<ScriptRunner::Pending> ScriptRunner::pending_of(const Statement& statement) {
  auto matcher = ScriptMatcher::create(
      statement.pattern,
      [this](const input::ScriptReference& reference) { return variables_.lookup(reference); },
      [this](const std::string& path) { return host_.read_file(path); });
  if (matcher) return Pending{&statement, std::move(*matcher)};
  fail_at(&statement, std::move(matcher.error()));
  return std::nullopt;
}

std::optional<std::string> ScriptRunner::filled_in(const std::string& text,
                                                   const Statement& statement,
                                                   input::TemplateStyle style) {
  auto filled = variables_.expand(text, style);
  if (filled) return std::move(*filled);
  fail_at(&statement, std::move(filled.error()));
  return std::nullopt;
}

/// True when what was waited for has come.
bool ScriptRunner::go_on() {
  bool done = false;
  const bool time_is_up = wait_.until && now_ >= *wait_.until;
  switch (wait_.kind) {
    case Wait::Kind::kNothing:
      done = true;
      break;
    case Wait::Kind::kConnection:
      break;
    case Wait::Kind::kRoom:
      done = get_room();
      break;
    case Wait::Kind::kTime:
      done = time_is_up;
      break;
    case Wait::Kind::kEvents:
      done = take_events();
      break;
    case Wait::Kind::kSilence:
      done = keeps_silent() && time_is_up;
      break;
  }
  if (finished_) return false;
  if (done) {
    wait_ = {};
    return true;
  }
  return is_late() && fail_late();
}

/// A peer that takes some of what it was sent is none that does not read, however slow it is.
bool ScriptRunner::get_room() {
  if (host_.has_room(wait_.connection)) return true;
  if (!is_late()) return false;
  const std::size_t left = host_.unsent(wait_.connection);
  if (left < wait_.unsent) {
    wait_.unsent = left;
    wait_.moved_at = now_;
  }
  const double over = wait_.moved_at + patience();
  if (now_ < over) wait_.until = std::min(over, now_ + patience() / kLooksAtRoom);
  return false;
}

bool ScriptRunner::take_events() {
  const auto& open = wait_.assignment.free();
  for (std::size_t i = 0; i < open.size() && !finished_;) {
    // One that was taken may make room for the first of the others.
    i = take_for(open[i]) ? 0 : i + 1;
  }
  if (!open.empty()) return false;
  keep_values();
  return true;
}

bool ScriptRunner::take_for(std::size_t index) {
  const Pattern kind = wait_.pending[index].matcher.kind();
  return kind == Pattern::kPing || kind == Pattern::kPong ? take_control(index)
                                                          : take_message(index);
}

// Control frames come between messages at any time, so they don't stand in line with them.
bool ScriptRunner::take_control(std::size_t index) {
  const Pending& pending = wait_.pending[index];
  const std::string& name = pending.statement->connection;
  ScriptInbox& inbox = inboxes_[name];
  auto& queue = pending.matcher.kind() == Pattern::kPong ? inbox.pongs : inbox.pings;
  for (auto event = queue.begin(); event != queue.end(); ++event) {
    if (!assign(name, *event)) continue;
    queue.erase(event);
    return true;
  }
  return inbox.end ? fail_match(pending, *inbox.end) : false;
}

bool ScriptRunner::take_message(std::size_t index) {
  const std::string& name = wait_.pending[index].statement->connection;
  ScriptInbox& inbox = inboxes_[name];
  while (!inbox.messages.empty()) {
    if (messages_left_-- <= 0 && !is_late()) {
      wants_turn_ = true;
      return false;
    }
    ScriptEvent message = inbox.take_message();
    if (assign(name, message)) return true;
    if (!wait_.pass_over) return fail_match(wait_.pending[index], message);
    ++wait_.passed_count;
    if (wait_.passed.size() == kRememberedPassed) wait_.passed.erase(wait_.passed.begin());
    wait_.passed.push_back(describe_event(message));
  }
  if (!inbox.end) return false;
  // It stays for whoever asks later.
  for (const std::size_t one : wait_.assignment.free()) {
    const Pending& pending = wait_.pending[one];
    if (pending.statement->connection != name || !pending.matcher.matches(*inbox.end)) continue;
    wait_.assignment.fulfil(one);
    inbox.end_taken = true;
    return true;
  }
  return fail_match(wait_.pending[index], *inbox.end);
}

/// Finds the event a place among what is expected; without one it stays as it is.
bool ScriptRunner::assign(const std::string& connection, ScriptEvent& event) {
  auto& taken = wait_.taken;
  taken.push_back({connection, std::move(event), {}});
  const bool has_place =
      wait_.assignment.add([this, &taken](std::size_t number, std::size_t index) {
        return fits(wait_.pending[index], taken[number]);
      });
  for (Arrival& arrival : taken) {
    if (arrival.event.data.size() > kMostKeptJson) arrival.json.forget();
  }
  if (has_place) return true;
  event = std::move(taken.back().event);
  taken.pop_back();
  return false;
}

bool ScriptRunner::fits(const Pending& pending, Arrival& arrival) const {
  const auto& [statement, matcher] = pending;
  if (statement->connection != arrival.connection ||
      !matcher.matches(arrival.event, arrival.json)) {
    return false;
  }
  if (matcher.kind() != Pattern::kPong || statement->pattern.text) return true;
  const auto ping = last_ping_.find(arrival.connection);
  return ping == last_ping_.end() || arrival.event.data == ping->second;
}

/// Of what came for the whole of a block, when it is known what is for whom.
void ScriptRunner::keep_values() {
  for (std::size_t i = 0; i < wait_.pending.size(); ++i) {
    const auto event = wait_.assignment.event_of(i);
    if (!event) continue;
    const auto& [statement, matcher] = wait_.pending[i];
    if (!statement->name.empty()) {
      variables_.set(statement->name, matcher.capture(wait_.taken[*event].event));
    } else if (matcher.kind() == Pattern::kRegex) {
      // Named groups are values of their own.
      for (auto& [name, text] : matcher.capture(wait_.taken[*event].event).parts) {
        if (input::is_script_name(name)) variables_.set(name, {text, text, {}});
      }
    }
  }
}

/// What came stays where it is: a later expectation may be for it.
bool ScriptRunner::keeps_silent() {
  const Pending& pending = wait_.pending.front();
  const ScriptInbox& inbox = inboxes_[pending.statement->connection];
  for (const ScriptInbox::Queue* queue : {&inbox.messages, &inbox.pings, &inbox.pongs}) {
    for (std::size_t& looked = wait_.looked[queue]; looked < queue->size(); ++looked) {
      if (!is_not(pending, (*queue)[looked])) return false;
    }
  }
  if (inbox.full()) {
    return fail_at(current_, expectation(fmt::format("can't tell whether {} comes: {}",
                                                     pending.matcher.describe(), kFullLine)));
  }
  return !inbox.end || is_not(pending, *inbox.end);
}

bool ScriptRunner::is_not(const Pending& unwanted, const ScriptEvent& event) {
  if (!unwanted.matcher.matches(event)) return true;
  return fail_at(unwanted.statement,
                 expectation("expected not to get " + unwanted.matcher.describe() + ", came " +
                             describe_event(event)));
}

bool ScriptRunner::fail_match(const Pending& pending, const ScriptEvent& event) {
  const auto mismatch = pending.matcher.mismatch(event);
  std::string message = mismatch.summary;
  std::string detail;
  if (!mismatch.detail.empty()) {
    detail =
        place(*pending.statement) + printable(pending.statement->source) + "\n" + mismatch.detail;
  }
  const auto& open = wait_.assignment.free();
  if (open.size() > 1) {
    message = "came " + describe_event(event) + ", expected one of";
    detail = "still expected:";
    for (const std::size_t index : open) {
      const Pending& one = wait_.pending[index];
      detail += "\n  " + place(*one.statement) + one.matcher.describe();
    }
  }
  if (wait_.passed_count > 0) message += fmt::format(" after {} other(s)", wait_.passed_count);
  return fail_at(pending.statement, expectation(std::move(message), std::move(detail)));
}

/// Time is up: of the wait itself, or of a block around it.
bool ScriptRunner::fail_late() {
  for (const Frame& frame : frames_) {
    const bool own = wait_.until && frame.deadline && *wait_.until < *frame.deadline;
    if (!frame.deadline || now_ < *frame.deadline || own) continue;
    const std::string at =
        fmt::format("not done within {:g} s: still at line {}: {}", *frame.block->seconds,
                    current_->line, printable(current_->source));
    return fail_at(frame.block, expectation(at));
  }
  if (wait_.kind == Wait::Kind::kRoom) return fail_deaf();
  const auto& open = wait_.assignment.free();
  if (open.empty()) return false;
  const Pending& pending = wait_.pending[open.front()];
  const double waited = patience(*current_);
  std::string message = "expected " + pending.matcher.describe();
  std::string detail;
  if (wait_.passed_count > 0) {
    message += fmt::format(", it did not come within {:g} s; {} other message{} came", waited,
                           wait_.passed_count, wait_.passed_count == 1 ? "" : "s");
    detail = "the last that came:";
    for (const auto& one : wait_.passed) detail += "\n  " + one;
  } else {
    message += fmt::format(", nothing came within {:g} s", waited);
  }
  if (open.size() > 1) message += fmt::format(", and {} more", open.size() - 1);
  Error error = expectation(std::move(message), std::move(detail));
  const ScriptInbox& inbox = inboxes_[pending.statement->connection];
  const auto& messages = inbox.messages;
  if (inbox.full()) error.hint = kFullLine;
  if (pending.matcher.kind() == Pattern::kPong && !messages.empty() &&
      messages.front().data == "pong") {
    error.hint = "a message \"pong\" came; `expect pong` is for the frame: expect \"pong\"";
  }
  return fail_at(pending.statement, std::move(error));
}

bool ScriptRunner::fail_deaf() {
  Error error{Stage::kTimeout,
              fmt::format("can't send: the peer reads nothing for {:g} s, {} bytes wait",
                          patience(), wait_.unsent),
              {},
              {}};
  if (inboxes_[wait_.connection].full()) error.hint = kFullLine;
  return fail_at(current_, std::move(error));
}

std::string ScriptRunner::place(const Statement& statement) const {
  std::string text = fmt::format("{}:{}: ", script_.file, statement.line);
  if (!statement.connection.empty()) text += printable(statement.connection) + ": ";
  return text;
}

bool ScriptRunner::fail_at(const Statement* statement, Error error) {
  if (finished_) return false;
  finished_ = true;
  if (statement != nullptr) error.message = place(*statement) + error.message;
  const bool expected = error.stage == Stage::kExpectation;
  cases_.end(now_, expected ? Outcome::kFailed : Outcome::kBroken, &error);
  failure_ = std::move(error);
  return false;
}

void ScriptRunner::abandon(double now, const std::string& why) {
  if (finished_) return;
  now_ = now;
  finished_ = true;
  const Error error{Stage::kInternal, why, {}, {}};
  cases_.end(now_, Outcome::kBroken, &error);
}

}  // namespace wscope::session
