#include "output/timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "output/words.h"

namespace wscope::output {
namespace {

std::string moved(std::uint64_t messages, std::uint64_t bytes, std::uint64_t wire) {
  return fmt::format("{}, {}, {} on the wire", counted(messages, "message"), counted(bytes, "byte"),
                     counted(wire, "byte"));
}

std::string ratio(std::string_view name, std::uint64_t compressed, std::uint64_t plain) {
  if (plain == 0) return {};
  const double percent = 100.0 * static_cast<double>(compressed) / static_cast<double>(plain);
  return fmt::format("{} to {:.1f} % ({} of {})", name, percent, compressed,
                     counted(plain, "byte"));
}

}  // namespace

void Timing::on_connect_attempt(const ConnectAttempt& attempt) {
  if (attempt.error.empty()) now_.connect = attempt.seconds;
}

// A connection begins, with steps of its own.
void Timing::on_destination(const Destination& /*destination*/) {
  now_.resolve = now_.connect = now_.proxy = now_.tls = now_.upgrade = std::nullopt;
}

void Timing::on_opened(const Opened& /*opened*/) {
  opened_ = clock_.seconds();
  now_.first_message.reset();
}

void Timing::on_message(const Message& message) {
  if (now_.first_message || message.direction != Direction::kReceived) return;
  now_.first_message = clock_.seconds() - opened_;
}

void Timing::on_pong(const Control& pong) {
  if (!pong.round_trip) return;
  now_.ping_min = now_.pongs == 0 ? *pong.round_trip : std::min(now_.ping_min, *pong.round_trip);
  now_.ping_max = std::max(now_.ping_max, *pong.round_trip);
  sum_ += *pong.round_trip;
  now_.ping_average = sum_ / static_cast<double>(++now_.pongs);
}

void Timing::on_end(ExitStatus /*status*/, const Totals& totals) {
  now_.total = clock_.seconds();
  now_.totals = totals;
  table_ = "timing\n";
  seconds("resolve", now_.resolve);
  seconds("connect", now_.connect);
  seconds("proxy", now_.proxy);
  seconds("TLS", now_.tls);
  seconds("upgrade", now_.upgrade);
  seconds("first message", now_.first_message);
  seconds("total", now_.total);
  row("sent", moved(totals.messages_sent, totals.bytes_sent, totals.wire_sent));
  row("received", moved(totals.messages_received, totals.bytes_received, totals.wire_received));
  row("compression", ratio("sent", totals.compressed_out, totals.deflated));
  row("compression", ratio("received", totals.compressed_in, totals.inflated));
  if (now_.pongs > 0) {
    row("ping", fmt::format("{} answered, min {}, average {}, max {}", now_.pongs,
                            duration_words(now_.ping_min), duration_words(now_.ping_average),
                            duration_words(now_.ping_max)));
  }
  err_.put(table_);
  others_.on_timings(now_);
}

void Timing::row(std::string_view name, std::string_view value) {
  if (!value.empty()) fmt::format_to(std::back_inserter(table_), "  {:<14} {}\n", name, value);
}

void Timing::seconds(std::string_view name, std::optional<double> value) {
  if (value) row(name, fmt::format("{:>10}", duration_words(*value)));
}

}  // namespace wscope::output
