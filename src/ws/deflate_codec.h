// DeflateCodec: the messages of one connection through permessage-deflate (RFC 7692 section 7.2).
//
// Compresses what we send and inflates what the peer sent, with the windows and the context
// takeover that both sides agreed on. zlib's memory is taken at first use. Inflating stops as soon
// as more than `limit` bytes would come out, or far more have come than these could need. A message
// that grows like a bomb (RFC 7692 section 8) is only measured until it has ended: it costs a few
// MiB, not the limit. Nothing throws but std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/byte_buffer.h"
#include "ws/deflate_parameters.h"
#include "ws/utf8.h"

struct z_stream_s;

namespace wscope::ws {

class DeflateCodec {
 public:
  enum class Outcome {
    kOk,
    kTooBig,   // the message inflates to more than the limit
    kPadded,   // it has far more compressed bytes than the limit could need
    kCorrupt,  // not a DEFLATE stream, or it ends in the middle
    kNotText,  // `text` refused a byte
  };

  explicit DeflateCodec(const DeflateAgreement& agreement);
  ~DeflateCodec();
  DeflateCodec(const DeflateCodec&) = delete;
  DeflateCodec& operator=(const DeflateCodec&) = delete;

  /// A piece of a compressed message; what it inflates to is appended, at the message's end at the
  /// latest, and fed to `text` at once when that is given. `limit` counts the whole message, also
  /// what the caller has taken out of `out` since it began.
  Outcome inflate(std::string_view piece, ByteBuffer& out, std::size_t limit,
                  Utf8Checker* text = nullptr);
  /// What came so far may be the beginning of a bomb: larger than 1 MiB, and 64 times its size.
  bool suspects() const;
  /// The message's end (7.2.2): must be called after its last piece, before the next message.
  Outcome finish_inflate(ByteBuffer& out, std::size_t limit, Utf8Checker* text = nullptr);

  /// False: send this one as it is (too small, or a window zlib can't keep to).
  bool worth_deflating(std::size_t size) const;
  /// Appends the compressed message (7.2.1). False: it did not get smaller and may be sent as it
  /// is (only without context takeover); nothing was appended.
  bool deflate(std::string_view message, ByteBuffer& out);

 private:
  struct EndInflating {
    void operator()(z_stream_s* stream) const;
  };
  struct EndDeflating {
    void operator()(z_stream_s* stream) const;
  };

  /// What is kept of a message that is only measured: where it began, and its compressed bytes.
  struct Held;

  void begin_inflating();
  void begin_deflating();
  bool continue_after_final_block();
  Outcome inflate_once(std::string_view& piece, char* to, std::size_t room, std::size_t& made);
  Outcome store(std::string_view& piece, ByteBuffer& out, std::size_t limit, Utf8Checker* text);
  Outcome measure(std::string_view piece, ByteBuffer& out, std::size_t limit, Utf8Checker* text);
  bool looks_like_a_bomb() const;
  void hold();
  Outcome release(ByteBuffer& out, std::size_t limit);
  bool at_block_end() const;

  DeflateAgreement agreement_;
  std::unique_ptr<z_stream_s, EndInflating> inflating_;
  std::unique_ptr<z_stream_s, EndDeflating> deflating_;
  bool after_final_block_ = false;
  // Of the message being inflated:
  std::unique_ptr<Held> held_;
  std::uint64_t come_ = 0;   // compressed bytes
  std::uint64_t taken_ = 0;  // the same as zlib took them, what was held twice
  std::size_t made_ = 0;     // what they became, without what is held
  bool any_input_ = false;
  bool trusted_ = false;  // it was held once: it is no bomb
};

}  // namespace wscope::ws
