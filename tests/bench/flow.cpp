#include "flow.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "payload.h"

namespace bench {
namespace {

constexpr std::size_t kBodyBytes = std::size_t{256} << 10;  // few system calls, still in the cache
constexpr std::size_t kPieceOfOne = std::size_t{64} << 10;
constexpr std::string_view kClose = "\x88\x02\x03\xe8";

// `encode(out, message)` appends one message; the body is whole periods.
template <typename Encode>
Flow repeat(const std::vector<std::string>& messages, std::uint64_t count, const Encode& encode) {
  Flow flow;
  std::vector<std::size_t> ends;
  do {
    for (const std::string& message : messages) {
      encode(flow.body, message);
      ends.push_back(flow.body.size());
    }
  } while (flow.body.size() < kBodyBytes && ends.size() < count);
  const std::uint64_t rest = count % ends.size();
  flow.body_bytes = count / ends.size() * flow.body.size() + (rest == 0 ? 0 : ends[rest - 1]);
  return flow;
}

void append_text_frame(std::string& out, const std::string& message) {
  append_header(out, kTextFrame, message.size());
  out += message;
}

void append_deflated_frame(std::string& out, const std::string& payload) {
  append_header(out, kDeflatedTextFrame, payload.size());
  out += payload;
}

Flow one_payload(std::uint64_t size) {
  const auto append = [](std::string& out, const std::string& message) { out += message; };
  Flow flow = repeat(make_period(kPieceOfOne), size / kPieceOfOne, append);
  flow.tail = make_text(size % kPieceOfOne, 0);
  return flow;
}

}  // namespace

std::string_view Flow::piece(std::uint64_t offset) const {
  if (offset < head.size()) return std::string_view(head).substr(offset);
  offset -= head.size();
  if (offset < body_bytes) {
    const std::size_t begin = offset % body.size();
    return std::string_view(body).substr(begin, std::min(body_bytes - offset, UINT64_C(1) << 40));
  }
  offset -= body_bytes;
  return offset < tail.size() ? std::string_view(tail).substr(offset) : std::string_view();
}

Flow line_flow(std::size_t size, std::uint64_t count, std::string_view separator) {
  return repeat(make_period(size), count, [&](std::string& out, const std::string& message) {
    out += message;
    out += separator;
  });
}

Flow frame_flow(std::size_t size, std::uint64_t count) {
  Flow flow = repeat(make_period(size), count, append_text_frame);
  flow.tail = kClose;
  return flow;
}

Flow deflated_flow(std::size_t size, std::uint64_t count, int level) {
  DeflatedPeriods periods = deflate_periods(make_period(size), level);
  const std::size_t first = std::min<std::uint64_t>(count, periods.first.size());
  Flow flow = repeat(periods.later, count - first, append_deflated_frame);
  for (std::size_t i = 0; i < first; ++i) append_deflated_frame(flow.head, periods.first[i]);
  flow.tail = kClose;
  return flow;
}

Flow one_frame_flow(std::uint64_t size) {
  Flow flow = one_payload(size);
  append_header(flow.head, kTextFrame, size);
  flow.tail += kClose;
  return flow;
}

Flow one_line_flow(std::uint64_t size, std::string_view separator) {
  Flow flow = one_payload(size);
  flow.tail += separator;
  return flow;
}

void FlowChecker::feed(std::string_view bytes) {
  while (same_ && !bytes.empty()) {
    const std::string_view expected = flow_.piece(bytes_);
    const std::size_t size = std::min(expected.size(), bytes.size());
    if (size == 0 || std::memcmp(expected.data(), bytes.data(), size) != 0) {
      same_ = false;
      first_difference_ = bytes_;
      break;
    }
    bytes_ += size;
    bytes.remove_prefix(size);
  }
  bytes_ += bytes.size();
}

}  // namespace bench
