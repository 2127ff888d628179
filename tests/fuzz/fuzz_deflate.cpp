// DeflateCodec: rubbish in any pieces has one outcome and stays within its limit; what we compress
// inflates to itself.
//
// Input: one byte of switches, one for the size of the pieces, then the bytes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ws/deflate_codec.h"

using namespace wscope;
using namespace wscope::ws;
using Outcome = DeflateCodec::Outcome;

namespace {

constexpr std::size_t kLimit = 50000;

void require(bool holds) {
  if (!holds) std::abort();
}

/// The outcome and what came out, of two messages of the same bytes.
std::string inflated(const DeflateAgreement& agreement, std::string_view bytes, std::size_t piece) {
  DeflateCodec codec(agreement);
  std::string story;
  for (int message = 0; message < 2; ++message) {
    ByteBuffer out;
    Outcome outcome = Outcome::kOk;
    for (std::size_t at = 0; at < bytes.size() && outcome == Outcome::kOk; at += piece) {
      outcome = codec.inflate(bytes.substr(at, piece), out, kLimit);
    }
    if (outcome == Outcome::kOk) outcome = codec.finish_inflate(out, kLimit);
    require(out.size() <= kLimit + 1);
    require(outcome != Outcome::kOk || out.size() <= kLimit);
    story += std::to_string(static_cast<int>(outcome)) + ":";
    if (outcome != Outcome::kOk) return story;
    story += out.view();
  }
  return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  DeflateAgreement agreement;
  agreement.own_window_bits = agreement.peer_window_bits = 9 + data[0] % 7;
  agreement.own_no_context_takeover = (data[0] & 0x40) != 0;
  agreement.peer_no_context_takeover = (data[0] & 0x80) != 0;
  const std::size_t piece = data[1] + std::size_t{1};
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  require(inflated(agreement, bytes, bytes.size() + 1) == inflated(agreement, bytes, piece));

  agreement.peer_no_context_takeover = agreement.own_no_context_takeover;
  DeflateCodec sender(agreement);
  DeflateCodec receiver(agreement);
  for (std::size_t at = 0; at < bytes.size(); at += 4 * piece) {
    const std::string_view message = bytes.substr(at, 4 * piece);
    ByteBuffer packed;
    if (!sender.deflate(message, packed)) continue;
    ByteBuffer out;
    require(receiver.inflate(packed.view(), out, message.size()) == Outcome::kOk);
    require(receiver.finish_inflate(out, message.size()) == Outcome::kOk);
    require(out.view() == message);
  }
  return 0;
}
