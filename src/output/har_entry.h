// HarEntry: what is known of one request, as an entry of a HAR 1.2 log.
//
// Pure: facts in, JSON out. The entry is written in two pieces, with the array of its WebSocket
// messages between them: before() `{… "_webSocketMessages":[`, then messages with commas between,
// then after() `]}`. Headers are those on the wire, in their order; without `secrets` the ones that
// carry credentials are left out (base/mask_credentials). Text that is no UTF-8 is mended. Times:
// milliseconds in the file, seconds here.
// http://www.softwareishard.com/blog/har-12-spec/
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/event_sink.h"

namespace wscope::output {

struct HarEntry {
  std::chrono::system_clock::time_point started;
  std::string url;
  std::string request_head;   // bytes on the wire; empty: none was sent
  std::string response_head;  // empty: none came
  std::string server_address;
  std::string local_address;
  std::string error;  // why it failed or ended, for a person
  std::optional<TlsEstablished> tls;

  // Seconds since the start of the entry.
  std::optional<double> requested;
  std::optional<double> responded;
  double ended = 0;
  // Seconds that a step took.
  std::optional<double> resolve;
  std::optional<double> proxy;
  double wait = 0;  // of the response

  struct Close {
    std::optional<Direction> first;
    std::optional<std::uint16_t> code;
    std::string reason;
  };
  std::optional<Close> close;

  std::string before(bool secrets) const;
  static constexpr std::string_view kAfter = "]}";
};

/// One of "_webSocketMessages"; binary data as base64.
void append_har_message(std::string& out, const Message& message,
                        std::chrono::system_clock::time_point time);

}  // namespace wscope::output
