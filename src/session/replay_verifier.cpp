#include "session/replay_verifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "session/difference_words.h"
#include "session/script_match.h"

namespace wscope::session {
namespace {

using Event = input::RecordedEvent::Kind;

// Longer payloads are told by where they part, too.
constexpr std::size_t kComparedByEye = 32;

bool same(const input::RecordedEvent& event, MessageType type, std::string_view data) {
  return event.type == type && event.data == data;
}

std::string message_words(MessageType type, const std::string& data) {
  ScriptEvent event;
  event.type = type;
  event.data = data;
  return describe_event(event);
}

std::string message_words(const input::RecordedEvent& event) {
  return message_words(event.type, event.data);
}

}  // namespace

ReplayVerifier::ReplayVerifier(std::shared_ptr<const input::Recording> recording, bool of_client)
    : cursor_(std::move(recording)), of_client_(of_client) {
  if (cursor_.recording().connection().lost) recorded_end_ = Ended{};
}

ReplayVerifier::Ended ReplayVerifier::ended_by(const Closed& closed) {
  return {true, closed.first == Direction::kReceived, closed.code};
}

/// Reads on until `count` recorded messages are known, or there are no more.
bool ReplayVerifier::look_ahead(std::size_t count) {
  while (expected_.size() < count && !at_end_) {
    input::RecordedEvent event;
    if (!cursor_.next(event)) {
      at_end_ = true;
      break;
    }
    const bool theirs = cursor_.from_client(event) == of_client_;
    if (event.kind == Event::kClose) {
      recorded_end_ = Ended{true, theirs, event.code};
      end_line_ = event.line;
    } else if (event.kind == Event::kMessage && theirs) {
      expected_.push_back(std::move(event));
    }
  }
  return expected_.size() >= count;
}

void ReplayVerifier::message(MessageType type, std::string_view data) {
  look_ahead(kLookAhead);
  compare(type, data);
}

// One that is not the next: if a later one, those between did not come. Else the next that comes
// tells whether this one stood for the expected one or came besides.
void ReplayVerifier::compare(MessageType type, std::string_view data) {
  const auto found =
      std::find_if(expected_.begin(), expected_.end(),
                   [&](const input::RecordedEvent& event) { return same(event, type, data); });
  if (found == expected_.end()) {
    if (strange_) settle_strange(expected_.empty());
    strange_ = Strange{type, std::string(data)};
    return;
  }
  if (strange_) settle_strange(found == expected_.begin());
  // Settling may have taken the first away, but never the one that came.
  while (!same(expected_.front(), type, data)) {
    missing(expected_.front());
    expected_.pop_front();
  }
  last_line_ = expected_.front().line;
  expected_.pop_front();
}

void ReplayVerifier::settle_strange(bool is_extra) {
  const Strange strange = std::move(*strange_);
  strange_.reset();
  if (is_extra || expected_.empty()) return besides(strange.type, strange.data);
  changed(expected_.front(), strange.type, strange.data);
  last_line_ = expected_.front().line;
  expected_.pop_front();
}

void ReplayVerifier::missing(const input::RecordedEvent& event) {
  last_line_ = event.line;
  differ(event.line, "expected " + message_words(event) + ", it did not come");
}

void ReplayVerifier::besides(MessageType type, const std::string& data) {
  const std::string where = last_line_ == 0 ? "before the first recorded one" : "after that one";
  differ(last_line_, "came " + message_words(type, data) + " besides, " + where);
}

void ReplayVerifier::changed(const input::RecordedEvent& event, MessageType type,
                             const std::string& data) {
  const bool texts = event.type == MessageType::kText && type == MessageType::kText;
  const bool structured = texts && !data.empty() && (data.front() == '{' || data.front() == '[');
  if (structured) {
    const auto parts = json_differences(event.data, data, JsonExtent::kWhole);
    if (parts && parts->empty()) {
      return differ(event.line, "the same JSON came, written differently: expected " +
                                    message_words(event) + ", came " + message_words(type, data));
    }
    if (parts && parts->size() == 1) return differ(event.line, json_summary(*parts));
    if (parts) {
      const auto words = fmt::format("the JSON differs in {} places", parts->size());
      return differ(event.line, words, json_diff(*parts));
    }
  }
  std::string words = "expected " + message_words(event) + ", came " + message_words(type, data);
  if (event.type == type && std::max(event.data.size(), data.size()) > kComparedByEye) {
    words += "; " + where_they_part(event.data, data);
  }
  differ(event.line, words);
}

void ReplayVerifier::differ(std::size_t line, const std::string& words, const std::string& detail) {
  if (++differences_ == 1) first_line_ = line;
  if (differences_ > kMostShown) return;
  if (!shown_.empty()) shown_ += '\n';
  shown_ += place(line) + ": " + words;
  if (!detail.empty()) shown_ += "\n" + detail;
}

std::string ReplayVerifier::place(std::size_t line) const {
  const auto& recording = cursor_.recording();
  return fmt::format("{}:{}", recording.path(),
                     line == 0 ? recording.connection().first_line : line);
}

std::string ReplayVerifier::in_words(const Ended& ended) const {
  if (!ended.by_close) return "no Close at all: the connection is lost";
  ScriptEvent event;
  event.kind = ScriptEvent::Kind::kClose;
  event.code = ended.code;
  const std::string peer = of_client_ ? "client" : "server";
  return describe_event(event) + (ended.by_compared ? ", first by the " + peer : ", first by us");
}

void ReplayVerifier::compare_end() {
  if (!recorded_end_) return;  // the recording does not know
  const Ended came = closed_.value_or(Ended{});
  const Ended& expected = *recorded_end_;
  if (came.by_close == expected.by_close && came.by_compared == expected.by_compared &&
      came.code == expected.code) {
    return;
  }
  differ(end_line_ == 0 ? last_line_ : end_line_,
         "expected " + in_words(expected) + "; came " + in_words(came));
}

std::optional<Error> ReplayVerifier::verdict(bool cut_short) {
  look_ahead(kLookAhead);
  if (strange_) settle_strange(expected_.empty());
  while (!cut_short && look_ahead(1)) {
    lacks_the_last_ = true;
    missing(expected_.front());
    expected_.pop_front();
  }
  if (!cut_short) compare_end();
  if (differences_ == 0) return std::nullopt;
  Error error{Stage::kExpectation, {}, {}, shown_};
  if (differences_ > kMostShown) {
    error.detail += fmt::format("\n… and {} more", differences_ - kMostShown);
  }
  error.message = fmt::format("{}: what came is not what was recorded: {} difference{}",
                              place(first_line_), differences_, differences_ == 1 ? "" : "s");
  return error;
}

bool ReplayVerifier::end_was_recorded() const { return recorded_end_.has_value(); }

}  // namespace wscope::session
