#include "base/http_body.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/http_field.h"

namespace wscope {
namespace {

// Chunk extensions and trailers are dropped, but an endless flow of them must come to an end.
// A body in chunks of one byte is slow, not hostile: it has five bytes of framing for each byte.
constexpr std::size_t kMostOverhead = std::size_t{64} << 10;
constexpr std::size_t kOverheadPerByte = 8;

std::optional<std::uint64_t> number(std::string_view text, unsigned base) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_hex_digit(c)) return std::nullopt;
    const auto digit = static_cast<unsigned>(hex_value(c));
    if (digit >= base || value > (UINT64_MAX - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value;
}

/// RFC 9112 6.3: a list of equal lengths counts as one; anything else says nothing.
std::optional<std::uint64_t> content_length(std::string_view head) {
  std::optional<std::uint64_t> length;
  for (const std::string_view element : field_list(head, "Content-Length")) {
    const auto value = number(element, 10);
    if (!value || (length && *length != *value)) return std::nullopt;
    length = value;
  }
  return length;
}

}  // namespace

HttpBody::HttpBody(int status, std::string_view head, std::size_t limit) : limit_(limit) {
  // RFC 9112 6.3, in its order.
  if (status < 200 || status == 204 || status == 304) {
    end(true);
    return;
  }
  if (find_field(head, "Transfer-Encoding")) {
    const auto codings = field_list(head, "Transfer-Encoding");
    if (!codings.empty() && equal_ignoring_case(codings.back(), "chunked")) {
      state_ = State::kChunkSize;
    }
    return;
  }
  const auto length = content_length(head);
  if (!length) return;
  state_ = State::kLength;
  left_ = *length;
  if (left_ == 0) end(true);
}

void HttpBody::feed(std::string_view bytes) {
  while (!bytes.empty() && !done()) bytes.remove_prefix(take(bytes));
}

std::size_t HttpBody::take(std::string_view bytes) {
  switch (state_) {
    case State::kUntilClose:
    case State::kLength:
    case State::kChunkData:
      return take_content(bytes);
    case State::kChunkSize:
    case State::kChunkEnd:
    case State::kTrailers:
      return take_line(bytes);
    case State::kDone:
      break;
  }
  return bytes.size();
}

std::size_t HttpBody::take_content(std::string_view bytes) {
  std::size_t size = bytes.size();
  if (state_ != State::kUntilClose) {
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left_));
  }
  const std::size_t kept = std::min(size, limit_ - content_.size());
  content_.append(bytes.data(), kept);
  if (kept < size) {
    cut_ = true;
    end(false);
    return size;
  }
  if (state_ == State::kUntilClose) return size;
  left_ -= size;
  if (left_ > 0) return size;
  if (state_ == State::kLength) {
    end(true);
  } else {
    state_ = State::kChunkEnd;
  }
  return size;
}

std::size_t HttpBody::take_line(std::string_view bytes) {
  const std::size_t feed = bytes.find('\n');
  const std::size_t size = feed == std::string_view::npos ? bytes.size() : feed + 1;
  overhead_ += size;
  if (overhead_ > kMostOverhead + kOverheadPerByte * content_.size()) {
    end(false);
    return size;
  }
  line_.append(bytes.data(), size);
  if (feed != std::string_view::npos) {
    line_.pop_back();
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    end_line();
    line_.clear();
  }
  return size;
}

// RFC 9112 7.1: chunk-size [ chunk-ext ] CRLF chunk-data CRLF … last-chunk trailer-section CRLF
void HttpBody::end_line() {
  if (state_ == State::kTrailers) {
    if (line_.empty()) end(true);
    return;
  }
  if (state_ == State::kChunkEnd) {
    if (!line_.empty()) return end(false);
    state_ = State::kChunkSize;
    return;
  }
  const std::string_view line = line_;
  const auto size = number(trim_ows(line.substr(0, line.find(';'))), 16);
  if (!size) return end(false);
  left_ = *size;
  state_ = left_ == 0 ? State::kTrailers : State::kChunkData;
}

void HttpBody::end(bool whole) {
  state_ = State::kDone;
  whole_ = whole;
}

}  // namespace wscope
