// zlib_only: the work of permessage-deflate without everything else, the yardstick of compression.
//
//   zlib_only inflate|deflate --size BYTES --count N [--level N]
//
// The same messages in the same sliding window as ws_source --deflate. stdout: one line of JSON
// with the CPU seconds of the loop.
#include <zlib.h>

#include <cstdio>

#include "arguments.h"
#include "clock.h"
#include "payload.h"

namespace {

void inflate_all(const bench::DeflatedPeriods& periods, std::size_t size, std::uint64_t count) {
  z_stream stream{};
  if (inflateInit2(&stream, -15) != Z_OK) bench::fail("inflateInit2");
  std::string out(size + 64, '\0');
  const std::size_t length = periods.first.size();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string& payload = i < length ? periods.first[i] : periods.later[i % length];
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
    stream.avail_in = static_cast<uInt>(payload.size());
    if (inflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_out != out.size() - size) {
      bench::fail("inflate");
    }
  }
  inflateEnd(&stream);
}

void deflate_all(const std::vector<std::string>& messages, int level, std::uint64_t count) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    bench::fail("deflateInit2");
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(messages[0].size())) + 64, '\0');
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string& message = messages[i % messages.size()];
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
    stream.avail_in = static_cast<uInt>(message.size());
    if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_in != 0) bench::fail("deflate");
  }
  deflateEnd(&stream);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Arguments arguments(argc, argv);
  const std::size_t size = arguments.number("--size", 1024);
  const std::uint64_t count = arguments.number("--count", 1);
  const int level = static_cast<int>(arguments.number("--level", 6));
  const std::string mode = arguments.word("mode");
  arguments.done();

  const std::vector<std::string> messages = bench::make_period(size);
  bench::DeflatedPeriods periods;
  if (mode == "inflate") {
    periods = bench::deflate_periods(messages, level);
    for (auto* payloads : {&periods.first, &periods.later}) {
      for (std::string& payload : *payloads) payload.append("\x00\x00\xff\xff", 4);
    }
  }
  const double cpu = bench::cpu_seconds();
  if (mode == "inflate") {
    inflate_all(periods, size, count);
  } else if (mode == "deflate") {
    deflate_all(messages, level, count);
  } else {
    bench::fail("no such mode: " + mode);
  }
  std::printf("{\"cpu\": %.6f}\n", bench::cpu_seconds() - cpu);
  return 0;
}
