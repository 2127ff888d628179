// Stomp: STOMP 1.2, one frame a WebSocket message (the server's may hold several, or a part).
//
// Typed `SEND /queue/a text`, `SUBSCRIBE /topic/b ack:client` … (stomp_command.h) → frames; MESSAGE
// → `MESSAGE DESTINATION BODY`, RECEIPT and the like → their command and headers; ERROR ends the
// run. Heart-beats go both ways as the two sides agree. One connection's state; loop thread. Spec:
// stomp.github.io, 1.2.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "dialect/dialect.h"
#include "dialect/stomp_command.h"

namespace wscope::dialect {

class Stomp : public Dialect {
 public:
  explicit Stomp(Setting setting) : setting_(std::move(setting)) {}

  std::string_view name() const override { return "STOMP"; }
  Steps opened() override;
  bool ready() const override { return connected_; }
  std::string_view login_hint() const override;
  Steps typed(MessageType type, std::string_view data, double now) override;
  Steps received(MessageType type, std::string_view data, double now) override;
  Steps go_on() override;
  void part_came(double now) override { last_heard_ = std::max(last_heard_, now); }
  std::string unfinished() const override;
  std::optional<double> due() const override;
  Steps tick(double now) override;
  Steps leaving() override;

 private:
  struct Frame {
    std::string command;
    StompHeaders headers;
    std::string body;
    std::string_view header(std::string_view name) const;
  };
  void frame(const Frame& frame, Steps& steps);
  void agree_heart_beat(std::string_view theirs);
  /// Each: false when it is not whole yet, or is wrong and told in `steps`.
  bool take_head(Steps& steps);
  bool take_body(Steps& steps);
  bool take_length(Steps& steps);
  bool find_head_end();
  bool broken(const char* why, Steps& steps);
  static std::string encode(const Frame& frame);

  const Setting setting_;
  bool connected_ = false;
  bool ended_ = false;
  // What came and is no whole frame yet, and places in it: a frame may come in any pieces, and many
  // in one, so no byte is looked at or moved again for each of them.
  std::string partial_;
  std::size_t begin_ = 0;   // of the frame under way
  std::size_t looked_ = 0;  // no end of its head or body is before
  std::size_t body_ = 0;    // where it begins; 0: the head is not whole
  Frame coming_;            // the head, once it is
  std::optional<std::size_t> length_;
  std::uint64_t last_id_ = 0;
  std::set<std::string> own_ids_;  // of subscriptions, as typed: ours are others
  // Heart-beats, seconds; an interval of 0: none that way.
  double send_every_ = 0;
  double hear_every_ = 0;
  double last_sent_ = 0;
  double last_heard_ = 0;
};

}  // namespace wscope::dialect
