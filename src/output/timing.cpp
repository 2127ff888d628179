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
  if (attempt.error.empty()) connect_ = attempt.seconds;
}

void Timing::on_opened(const Opened& /*opened*/) {
  opened_ = clock_.seconds();
  first_message_.reset();
}

void Timing::on_message(const Message& message) {
  if (first_message_ || message.direction != Direction::kReceived) return;
  first_message_ = clock_.seconds() - opened_.value_or(0);
}

void Timing::on_pong(const Control& pong) {
  if (!pong.round_trip) return;
  shortest_ = pongs_ == 0 ? *pong.round_trip : std::min(shortest_, *pong.round_trip);
  longest_ = std::max(longest_, *pong.round_trip);
  sum_ += *pong.round_trip;
  ++pongs_;
}

void Timing::on_end(ExitStatus /*status*/, const Totals& totals) {
  table_ = "timing\n";
  seconds("resolve", resolve_);
  seconds("connect", connect_);
  seconds("proxy", proxy_);
  seconds("TLS", tls_);
  seconds("upgrade", upgrade_);
  seconds("first message", first_message_);
  seconds("total", clock_.seconds());
  row("sent", moved(totals.messages_sent, totals.bytes_sent, totals.wire_sent));
  row("received", moved(totals.messages_received, totals.bytes_received, totals.wire_received));
  row("compression", ratio("sent", totals.compressed_out, totals.deflated));
  row("compression", ratio("received", totals.compressed_in, totals.inflated));
  if (pongs_ > 0) {
    row("ping",
        fmt::format("{} answered, min {}, average {}, max {}", pongs_, duration_words(shortest_),
                    duration_words(sum_ / static_cast<double>(pongs_)), duration_words(longest_)));
  }
  err_.put(table_);
}

void Timing::row(std::string_view name, std::string_view value) {
  if (!value.empty()) fmt::format_to(std::back_inserter(table_), "  {:<14} {}\n", name, value);
}

void Timing::seconds(std::string_view name, std::optional<double> value) {
  if (value) row(name, fmt::format("{:>10}", duration_words(*value)));
}

}  // namespace wscope::output
