// micro_tap: a frame through the frame tap, read as a socket brings it.
#include <algorithm>

#include "flow.h"
#include "micro.h"
#include "ws/frame_tap.h"

namespace {

void tap(std::size_t size, std::size_t preview, std::size_t iterations) {
  constexpr std::size_t kSocketRead = std::size_t{64} << 10;
  const bench::Flow flow = bench::frame_flow(size, iterations);
  wscope::ws::FrameTap frames(
      preview, [](const wscope::ws::FrameInfo& frame) { bench::use(frame.payload); });
  for (std::uint64_t done = 0; done < flow.total();) {
    const std::string_view piece = flow.piece(done).substr(0, kSocketRead);
    frames.feed(piece);
    done += piece.size();
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<bench::MicroCase> cases;
  for (const std::size_t size : {16U, 1024U, 65536U}) {
    cases.emplace_back("preview-" + std::to_string(size),
                       [size](std::size_t n) { tap(size, 128, n); });
  }
  cases.emplace_back("all-1024", [](std::size_t n) { tap(1024, wscope::ws::FrameTap::kAll, n); });
  return bench::micro_main(argc, argv, cases);
}
