#include "ws/message_lane.h"

#include <algorithm>

#include "base/utf8.h"
#include "ws/masking.h"

namespace wscope::ws {
namespace {

// A smaller frame inflates to less than the codec keeps of any message.
constexpr std::size_t kMayBeABomb = std::size_t{4} << 10;

MessageType type_of(const FrameHeader& header) {
  return header.opcode() == kOpText ? MessageType::kText : MessageType::kBinary;
}

}  // namespace

bool MessageLane::mine(std::uint8_t first, std::uint8_t second) const {
  const std::uint8_t opcode = first & 0x0f;
  const std::uint8_t mask_bit = wire_.server ? kMaskBit : 0;
  return (first & (kFin | kRsv2 | kRsv3)) == kFin && (opcode == kOpText || opcode == kOpBinary) &&
         (second & kMaskBit) == mask_bit && ((first & kRsv1) == 0 || wire_.codec != nullptr);
}

MessageLane::Outcome MessageLane::take(ByteBuffer& in) {
  while (true) {
    if (large_left_ > 0) {
      if (!take_piece(in)) return Outcome::kFailed;
      if (large_left_ > 0) return Outcome::kMore;
    }
    if (in.size() < 2) return Outcome::kMore;
    char* at = in.data();
    const std::uint8_t second = byte_at(at, 1);
    if (!mine(byte_at(at, 0), second)) return Outcome::kOther;
    if (in.size() < header_size(second)) return Outcome::kMore;
    const FrameHeader header = read_frame_header(at);
    const bool compressed = (header.first & kRsv1) != 0;
    // What a compressed message may inflate to says nothing of its frame's length.
    const bool large = !compressed && header.length > wire_.largest_whole;
    if (!header.shortest || large) {
      if (!header.shortest || header.length > wire_.max_message_size) return Outcome::kOther;
      begin_pieces(header, in);
      continue;
    }
    const std::size_t come = in.size() - header.size;
    if (come < header.length) {
      // A compressed message is inflated while it arrives: websocketpp's reader does that.
      if (compressed) return Outcome::kOther;
      return take_part(header, at + header.size, come) ? Outcome::kMore : Outcome::kFailed;
    }
    const bool taken = compressed ? take_compressed(header, at + header.size)
                                  : take_whole(header, at + header.size);
    if (!taken) return Outcome::kFailed;
    in.consume(header.size + static_cast<std::size_t>(header.length));
  }
}

bool MessageLane::take_whole(const FrameHeader& header, char* payload) {
  const auto length = static_cast<std::size_t>(header.length);
  if (partial_ != 0) {
    if (!take_part(header, payload, length) || !end_parts(header)) return false;
  } else {
    if (wire_.server) mask_in_place(payload, length, header.mask);
    if (header.opcode() == kOpText && !is_valid_utf8({payload, length})) {
      wire_.violation = bad_text({payload, length});
      return false;
    }
  }
  deliver(header, {payload, length});
  return true;
}

void MessageLane::begin_pieces(const FrameHeader& header, ByteBuffer& in) {
  large_ = header;
  large_left_ = header.length;
  checked_ = 0;
  wire_.text.reset();
  counters_.wire_received += header.size;
  in.consume(header.size);
}

/// Of a text, its whole characters; a cut one stays in front for the next time.
bool MessageLane::take_piece(ByteBuffer& in) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), large_left_));
  const std::size_t kept = checked_ - static_cast<std::size_t>(large_.length - large_left_);
  if (!check(large_, in.data() + kept, size - kept)) return false;
  const bool last = size == large_left_;
  if (last && !end_parts(large_)) return false;
  const std::string_view come(in.data(), size);
  const bool cut = large_.opcode() == kOpText && !last;
  const std::size_t whole = cut ? utf8_cut_offset(come) : size;
  large_left_ -= whole;
  counters_.wire_received += whole;
  counters_.payload_received += whole;
  if (last) ++counters_.messages_received;
  if (whole > 0) listener_.on_piece(type_of(large_), come.substr(0, whole), last);
  in.consume(whole);
  return true;
}

// RFC 6455 8.1 and common sense: bad text fails when it comes, not when its frame ends.
bool MessageLane::take_part(const FrameHeader& header, char* payload, std::size_t come) {
  if (partial_ == 0) {
    partial_ = header.size + static_cast<std::size_t>(header.length);
    checked_ = 0;
    wire_.text.reset();
  }
  return check(header, payload + checked_, come - checked_);
}

/// The next bytes of a frame that comes in parts.
bool MessageLane::check(const FrameHeader& header, char* fresh, std::size_t size) {
  if (wire_.server) mask_in_place(fresh, size, header.mask, checked_ % 4);
  checked_ += size;
  if (header.opcode() == kOpText && !wire_.text.feed({fresh, size})) {
    wire_.violation = not_utf8(wire_.text.failed_at());
    return false;
  }
  return true;
}

bool MessageLane::end_parts(const FrameHeader& header) {
  partial_ = 0;
  const bool good = header.opcode() != kOpText || wire_.text.complete();
  if (!good) wire_.violation = cut_text();
  wire_.text.reset();
  return good;
}

bool MessageLane::take_compressed(const FrameHeader& header, char* payload) {
  using Inflated = DeflateCodec::Outcome;
  const auto length = static_cast<std::size_t>(header.length);
  if (wire_.server) mask_in_place(payload, length, header.mask);
  DeflateCodec& codec = *wire_.codec;
  const bool text = header.opcode() == kOpText;
  // What may be a bomb is not kept whole by the codec: then the text is checked as it comes out.
  Utf8Checker* checker = text && length >= kMayBeABomb ? &wire_.text : nullptr;
  const std::size_t limit = wire_.max_message_size;
  Inflated outcome = codec.inflate({payload, length}, wire_.message, limit, checker);
  if (outcome == Inflated::kOk) outcome = codec.finish_inflate(wire_.message, limit, checker);
  const std::string_view data = wire_.message.view();
  if (outcome == Inflated::kNotText) {
    wire_.violation = not_utf8(wire_.text.failed_at());
  } else if (text && checker == nullptr && !is_valid_utf8(data)) {
    // A stream that broke off may have cut the last character; that is not the text's fault.
    const bool cut = utf8_error_offset(data) == data.size();
    wire_.violation =
        cut && outcome != Inflated::kOk ? violation_of(outcome, wire_) : bad_text(data);
  } else if (outcome != Inflated::kOk) {
    wire_.violation = violation_of(outcome, wire_);
  } else if (checker != nullptr && !checker->complete()) {
    wire_.violation = cut_text();
  }
  if (wire_.violation) return false;
  counters_.compressed_in += length;
  counters_.inflated += data.size();
  deliver(header, data);
  wire_.end_message();
  return true;
}

void MessageLane::deliver(const FrameHeader& header, std::string_view data) {
  ++counters_.messages_received;
  counters_.payload_received += data.size();
  counters_.wire_received += header.size + header.length;
  listener_.on_message(type_of(header), data);
}

}  // namespace wscope::ws
