// connection_info: what is known of the open connection → the rows that /info shows.
//
// Addresses, TLS, what was agreed, counts, bytes, compression, age and round trips; a row is there
// only where there is something to tell, but for what a person looks for in vain otherwise. The
// values hold what came from the network as it came: who shows them escapes them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "session/round_trips.h"

namespace wscope::session {

struct ConnectionFacts {
  Opened opened;
  std::optional<TlsEstablished> tls;
  Totals totals;
  RoundTrips::Summary round_trips;
  double open_for = 0;  // seconds
};

std::vector<InfoRow> connection_info(const ConnectionFacts& facts);

/// "7.2 s", "3 min 12 s", "2 h 5 min", "4 days 7 h".
std::string age_words(double seconds);

}  // namespace wscope::session
