#include "ws/deflate_codec.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <string>
#include <vector>

namespace wscope::ws {
namespace {

constexpr char kTail[4] = {'\x00', '\x00', '\xff', '\xff'};
constexpr std::size_t kFirstRoom = std::size_t{4} << 10;
constexpr std::size_t kMostRoom = std::size_t{256} << 10;
constexpr int kSmallestZlibWindow = 9;
constexpr int kLargestWindow = 15;
constexpr int kMemoryLevel = 8;
// DEFLATE reaches 1032:1; what people send hardly ever 64:1. Who tells a message in pieces begins
// no earlier than this (EngineSettings::largest_whole): then nothing of a bomb is told.
constexpr std::size_t kUnsuspected = std::size_t{1} << 20;
constexpr std::size_t kUnlikelyRatio = 64;
constexpr std::size_t kMostHeld = std::size_t{1} << 20;
// A byte that is flushed by itself takes 8: its block, and the empty one behind it. Whoever needs
// more sends blocks that hold nothing.
constexpr std::uint64_t kDearestByte = 8;
constexpr std::uint64_t kAlwaysTaken = std::uint64_t{64} << 10;

/// How many compressed bytes a message may have.
std::uint64_t most_compressed(std::uint64_t limit) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  if (limit > (kMost - kAlwaysTaken) / kDearestByte) return kMost;
  return limit * kDearestByte + kAlwaysTaken;
}

Bytef* bytes_of(const char* data) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(data));  // zlib does not write through next_in
}

uInt clamped(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

void DeflateCodec::EndInflating::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  delete stream;
}

void DeflateCodec::EndDeflating::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

struct DeflateCodec::Held {
  std::unique_ptr<z_stream, EndInflating> before;
  bool after_final_block = false;
  std::string bytes;
  std::size_t size = 0;  // what they inflate to
  std::vector<char> scratch = std::vector<char>(std::size_t{64} << 10);
};

DeflateCodec::DeflateCodec(const DeflateAgreement& agreement) : agreement_(agreement) {}
DeflateCodec::~DeflateCodec() = default;

void DeflateCodec::begin_inflating() {
  if (inflating_) return;
  auto stream = std::make_unique<z_stream>();
  // Not the window that was agreed: zlib holds a peer to that only across its calls, so the same
  // message would pass or fail by how it was split. The largest understands them all, also those
  // who can't keep 256 bytes (zlib's own used 512 for it).
  if (inflateInit2(stream.get(), -kLargestWindow) != Z_OK) throw std::bad_alloc();
  inflating_.reset(stream.release());
}

void DeflateCodec::begin_deflating() {
  if (deflating_) return;
  auto stream = std::make_unique<z_stream>();
  if (deflateInit2(stream.get(), agreement_.level, Z_DEFLATED, -agreement_.own_window_bits,
                   kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  deflating_.reset(stream.release());
}

// RFC 7692 7.2.3.4: a block may have BFINAL set. zlib ends its stream there; the window lives on,
// where it lies: a peer may end a block with every second byte.
bool DeflateCodec::continue_after_final_block() {
  after_final_block_ = false;
  return inflateResetKeep(inflating_.get()) == Z_OK;
}

/// One call of zlib: takes from `piece`, writes at most `room` bytes to `to`.
DeflateCodec::Outcome DeflateCodec::inflate_once(std::string_view& piece, char* to,
                                                 std::size_t room, std::size_t& made) {
  z_stream& stream = *inflating_;
  const uInt given = clamped(piece.size());
  stream.next_in = bytes_of(piece.data());
  stream.avail_in = given;
  if (after_final_block_ && given > 0 && !continue_after_final_block()) return Outcome::kCorrupt;
  const uInt offered = clamped(room);
  stream.next_out = bytes_of(to);
  stream.avail_out = offered;
  const int result = ::inflate(&stream, Z_SYNC_FLUSH);
  made = offered - stream.avail_out;
  piece.remove_prefix(given - stream.avail_in);
  taken_ += given - stream.avail_in;
  if (result == Z_STREAM_END) {
    after_final_block_ = true;
  } else if (result != Z_OK && result != Z_BUF_ERROR) {
    return Outcome::kCorrupt;
  }
  return Outcome::kOk;
}

/// Takes all of `piece`, or leaves off where the message begins to look like a bomb.
DeflateCodec::Outcome DeflateCodec::store(std::string_view& piece, ByteBuffer& out,
                                          std::size_t limit, Utf8Checker* text) {
  std::size_t room = kFirstRoom;
  while (true) {
    if (looks_like_a_bomb()) {
      hold();
      return Outcome::kOk;
    }
    if (out.room() < room) out.grow(room);
    // One byte more than allowed is room enough to see that it is too much.
    const std::size_t offered = std::min({out.room() - 1, limit - made_, kMostRoom}) + 1;
    std::size_t made = 0;
    const Outcome outcome = inflate_once(piece, out.data() + out.size(), offered, made);
    out.added(made);
    made_ += made;
    // Text that came out before the stream went wrong was there first.
    if (text != nullptr && !text->feed(out.view().substr(out.size() - made))) {
      return Outcome::kNotText;
    }
    if (made_ > limit) return Outcome::kTooBig;
    if (outcome != Outcome::kOk) return outcome;
    if (piece.empty() && made < offered) return Outcome::kOk;
    room = std::min(2 * room, kMostRoom);
  }
}

bool DeflateCodec::looks_like_a_bomb() const {
  return !trusted_ && made_ >= kUnsuspected && made_ / kUnlikelyRatio >= taken_;
}

bool DeflateCodec::suspects() const { return held_ != nullptr || looks_like_a_bomb(); }

void DeflateCodec::hold() {
  auto copy = std::make_unique<z_stream>();
  if (inflateCopy(copy.get(), inflating_.get()) != Z_OK) throw std::bad_alloc();
  held_ = std::make_unique<Held>();
  held_->before.reset(copy.release());
  held_->after_final_block = after_final_block_;
}

// RFC 7692 section 8: the size of a bomb is found out without giving it the memory it asks for.
DeflateCodec::Outcome DeflateCodec::measure(std::string_view piece, ByteBuffer& out,
                                            std::size_t limit, Utf8Checker* text) {
  held_->bytes.append(piece);
  std::vector<char>& scratch = held_->scratch;
  while (true) {
    std::size_t made = 0;
    const Outcome outcome = inflate_once(piece, scratch.data(), scratch.size(), made);
    held_->size += made;
    if (text != nullptr && !text->feed({scratch.data(), made})) return Outcome::kNotText;
    if (held_->size > limit - made_) return Outcome::kTooBig;
    if (outcome != Outcome::kOk) return outcome;
    if (piece.empty() && made < scratch.size()) break;
  }
  return held_->bytes.size() > kMostHeld ? release(out, limit) : Outcome::kOk;
}

/// Inflates what was held once more, from where it began, and into `out` this time.
DeflateCodec::Outcome DeflateCodec::release(ByteBuffer& out, std::size_t limit) {
  const auto held = std::move(held_);
  inflating_ = std::move(held->before);
  after_final_block_ = held->after_final_block;
  trusted_ = true;
  std::string_view bytes = held->bytes;
  return store(bytes, out, limit, nullptr);
}

DeflateCodec::Outcome DeflateCodec::inflate(std::string_view piece, ByteBuffer& out,
                                            std::size_t limit, Utf8Checker* text) {
  if (piece.empty()) return Outcome::kOk;
  begin_inflating();
  any_input_ = true;
  const std::uint64_t left = most_compressed(limit) - come_;
  const bool padded = piece.size() > left;
  if (padded) piece = piece.substr(0, static_cast<std::size_t>(left));
  come_ += piece.size();
  Outcome outcome = Outcome::kOk;
  if (!held_) outcome = store(piece, out, limit, text);
  if (outcome == Outcome::kOk && held_) outcome = measure(piece, out, limit, text);
  return outcome == Outcome::kOk && padded ? Outcome::kPadded : outcome;
}

bool DeflateCodec::at_block_end() const {
  constexpr int kAfterBlock = 128;
  constexpr int kUnusedBits = 63;
  return inflating_->avail_in == 0 && (inflating_->data_type & kAfterBlock) != 0 &&
         (inflating_->data_type & kUnusedBits) == 0;
}

DeflateCodec::Outcome DeflateCodec::finish_inflate(ByteBuffer& out, std::size_t limit,
                                                   Utf8Checker* text) {
  Outcome outcome = Outcome::kOk;
  // Nothing at all stands for the empty message, though RFC 7692 7.2.3.6 asks for one zero byte.
  // After a final block that ends the message there is no empty block that the tail completes.
  if (any_input_ && !after_final_block_) {
    outcome = inflate({kTail, sizeof kTail}, out, limit, text);
  }
  if (outcome == Outcome::kOk && held_) outcome = release(out, limit);
  if (any_input_ && !after_final_block_) {
    if (outcome == Outcome::kOk && !at_block_end()) outcome = Outcome::kCorrupt;
  }
  any_input_ = trusted_ = false;
  taken_ = come_ = made_ = 0;
  if (agreement_.peer_no_context_takeover && inflating_) {
    inflateReset(inflating_.get());
    after_final_block_ = false;
  }
  return outcome;
}

bool DeflateCodec::worth_deflating(std::size_t size) const {
  return size >= agreement_.threshold && agreement_.own_window_bits >= kSmallestZlibWindow;
}

bool DeflateCodec::deflate(std::string_view message, ByteBuffer& out) {
  if (message.empty()) {  // RFC 7692 7.2.3.6; zlib would write nothing at all
    out.append({kTail, 1});
    return true;
  }
  begin_deflating();
  z_stream& stream = *deflating_;
  const std::size_t message_size = message.size();
  std::size_t written = 0;
  while (true) {
    const uInt given = clamped(message.size());
    const bool last = given == message.size();
    stream.next_in = bytes_of(message.data());
    stream.avail_in = given;
    char* to = out.grow(written + std::max<std::size_t>(message.size() / 2, 64) + 16);
    const uInt offered = clamped(out.room() - written);
    stream.next_out = bytes_of(to + written);
    stream.avail_out = offered;
    ::deflate(&stream, last ? Z_SYNC_FLUSH : Z_NO_FLUSH);
    written += offered - stream.avail_out;
    message.remove_prefix(given - stream.avail_in);
    if (message.empty() && stream.avail_out > 0) break;
  }
  written -= sizeof kTail;  // 7.2.1: the empty block's end is not sent
  if (agreement_.own_no_context_takeover) {
    deflateReset(&stream);
    if (written >= message_size) return false;
  }
  out.added(written);
  return true;
}

}  // namespace wscope::ws
