// HttpBody: the body of a refusal, taken out of its framing (RFC 9112 6 and 7.1).
//
// feed() takes the bytes after the head in any split and keeps the content: by chunks (extensions
// and trailers dropped), by Content-Length, or until the peer ends. It stops at `limit` bytes of
// content and where the framing breaks; nothing is an error, for a refusal is shown as far as it
// came. Memory is bounded by `limit` and the framing that so much content may have. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wscope {

class HttpBody {
 public:
  /// `head`: the whole of it, with its status line, whose code is `status`.
  HttpBody(int status, std::string_view head, std::size_t limit);

  void feed(std::string_view bytes);
  /// Nothing more is wanted: whole, cut at the limit, or broken.
  bool done() const { return state_ == State::kDone; }
  bool whole() const { return whole_; }
  /// The limit was reached before the end.
  bool cut() const { return cut_; }
  /// No length and no chunks: the peer's end is the body's.
  bool ends_with_peer() const { return state_ == State::kUntilClose; }
  const std::string& content() const { return content_; }

 private:
  enum class State { kUntilClose, kLength, kChunkSize, kChunkData, kChunkEnd, kTrailers, kDone };

  std::size_t take(std::string_view bytes);
  std::size_t take_content(std::string_view bytes);
  std::size_t take_line(std::string_view bytes);
  void end_line();
  void end(bool whole);

  State state_ = State::kUntilClose;
  std::size_t limit_;
  std::uint64_t left_ = 0;    // of the chunk or the Content-Length
  std::size_t overhead_ = 0;  // bytes of chunk-size lines and trailers so far
  std::string line_;          // the chunk-size line or trailer being read
  std::string content_;
  bool whole_ = false;
  bool cut_ = false;
};

}  // namespace wscope
