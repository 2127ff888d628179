// ReplayVerifier: what comes during a replay against what came in the recording.
//
// Compares the messages of one side (order, type, data) and how the connection ended (who closed,
// the code). A message too many or too few does not spoil the comparison of the others. The first
// kMostShown differences are kept in words, with the recording's line, the others counted; memory
// holds at most kLookAhead recorded messages. Pure but for the recording's file; loop thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/event_sink.h"
#include "input/recording.h"

namespace wscope::session {

class ReplayVerifier {
 public:
  static constexpr std::size_t kLookAhead = 16;
  static constexpr std::size_t kMostShown = 10;

  /// `of_client`: whose messages are compared.
  ReplayVerifier(std::shared_ptr<const input::Recording> recording, bool of_client);

  void message(MessageType type, std::string_view data);
  /// `first` as we saw it: kReceived where the other side began.
  void closed(const Closed& closed) { closed_ = closed.first ? ended_by(closed) : Ended{}; }

  /// Nothing: all was as recorded. Else Stage::kExpectation with the differences as its detail.
  /// `cut_short`: the run ended before it had to; what did not come is then no difference.
  std::optional<Error> verdict(bool cut_short);
  /// Messages at the recording's end have not come.
  bool lacks_the_last() const { return lacks_the_last_; }
  /// The connection ended abnormally, but as it had in the recording.
  bool end_was_recorded() const;

 private:
  struct Ended {
    bool by_close = false;
    bool by_compared = false;  // the side whose messages are compared began
    std::optional<std::uint16_t> code;
  };

  static Ended ended_by(const Closed& closed);
  bool look_ahead(std::size_t count);
  void compare(MessageType type, std::string_view data);
  void settle_strange(bool is_extra);
  void missing(const input::RecordedEvent& event);
  void besides(MessageType type, const std::string& data);
  void changed(const input::RecordedEvent& event, MessageType type, const std::string& data);
  void differ(std::size_t line, const std::string& words, const std::string& detail = {});
  void compare_end();
  std::string place(std::size_t line) const;
  std::string in_words(const Ended& ended) const;

  input::RecordingCursor cursor_;
  const bool of_client_;
  std::deque<input::RecordedEvent> expected_;
  bool at_end_ = false;
  /// One that came and is not the expected one: changed, or besides? The next ones tell.
  struct Strange {
    MessageType type;
    std::string data;
  };
  std::optional<Strange> strange_;
  std::size_t last_line_ = 0;  // of what was compared last
  std::optional<Ended> recorded_end_;
  std::size_t end_line_ = 0;
  std::optional<Ended> closed_;

  bool lacks_the_last_ = false;
  std::uint64_t differences_ = 0;
  std::size_t first_line_ = 0;
  std::string shown_;
};

}  // namespace wscope::session
