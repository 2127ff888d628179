#include "session/connection_info.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "output/words.h"

namespace wscope::session {
namespace {

using output::counted;
using output::duration_words;

std::string or_none(std::string_view text) {
  return text.empty() ? std::string("none") : std::string(text);
}

void add_tls(std::vector<InfoRow>& rows, const TlsEstablished& tls) {
  std::string agreed = tls.version + ", " + tls.cipher;
  if (!tls.alpn.empty()) agreed += ", ALPN " + tls.alpn;
  rows.push_back({"TLS", agreed});
  rows.push_back({"certificate", or_none(tls.subject)});
  if (!tls.issuer.empty()) rows.push_back({"", "issued by " + tls.issuer});
  if (!tls.not_after.empty()) {
    rows.push_back({"", "valid from " + tls.not_before + " to " + tls.not_after});
  }
  std::string trust = tls.verified ? "verified" : "not verified";
  if (!tls.verify_note.empty()) trust += ": " + tls.verify_note;
  rows.push_back({"", trust});
}

std::string flow(std::uint64_t messages, std::uint64_t bytes, std::uint64_t on_wire) {
  return fmt::format("{}, {} ({} on the wire)", counted(messages, "message"),
                     counted(bytes, "byte"), on_wire);
}

/// "50 bytes as 44 (88.0 %)".
std::string ratio(std::uint64_t plain, std::uint64_t compressed) {
  return fmt::format("{} as {} ({:.1f} %)", counted(plain, "byte"), compressed,
                     100.0 * static_cast<double>(compressed) / static_cast<double>(plain));
}

void add_compression(std::vector<InfoRow>& rows, const Totals& totals) {
  std::string_view label = "compression";
  if (totals.deflated > 0) {
    rows.push_back({std::string(label), "sent " + ratio(totals.deflated, totals.compressed_out)});
    label = "";
  }
  if (totals.inflated > 0) {
    rows.push_back(
        {std::string(label), "received " + ratio(totals.inflated, totals.compressed_in)});
    label = "";
  }
  if (!label.empty()) rows.push_back({std::string(label), "none so far"});
}

std::string round_trip_words(const RoundTrips::Summary& trips) {
  if (trips.count == 0) return "not measured: /ping does it";
  if (trips.count == 1) return duration_words(trips.last);
  return fmt::format("{} (of {}: least {}, average {}, most {})", duration_words(trips.last),
                     trips.count, duration_words(trips.least), duration_words(trips.average),
                     duration_words(trips.most));
}

}  // namespace

std::string age_words(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  const std::uint64_t minutes = whole / 60;
  const std::uint64_t hours = minutes / 60;
  if (hours == 0) return fmt::format("{} min {} s", minutes, whole % 60);
  if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} {} h", counted(hours / 24, "day"), hours % 24);
}

std::vector<InfoRow> connection_info(const ConnectionFacts& facts) {
  const Opened& opened = facts.opened;
  const Totals& totals = facts.totals;
  std::vector<InfoRow> rows;
  rows.push_back({"url", std::string(opened.url)});
  rows.push_back({"local", std::string(opened.local_address)});
  rows.push_back({"peer", std::string(opened.peer_address)});
  if (facts.tls) {
    add_tls(rows, *facts.tls);
  } else {
    rows.push_back({"TLS", "none: not encrypted"});
  }
  rows.push_back({"subprotocol", or_none(opened.subprotocol)});
  rows.push_back({"extensions", or_none(opened.extensions)});
  rows.push_back({"open for", age_words(facts.open_for)});
  rows.push_back({"sent", flow(totals.messages_sent, totals.bytes_sent, totals.wire_sent)});
  rows.push_back(
      {"received", flow(totals.messages_received, totals.bytes_received, totals.wire_received)});
  if (opened.extensions.find("permessage-deflate") != std::string_view::npos) {
    add_compression(rows, totals);
  }
  rows.push_back({"round trip", round_trip_words(facts.round_trips)});
  return rows;
}

}  // namespace wscope::session
