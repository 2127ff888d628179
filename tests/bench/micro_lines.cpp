// micro_lines: a line of stdin on its way to the session: split off, then made an action.
#include "base/options.h"
#include "flow.h"
#include "input/line_messages.h"
#include "input/line_splitter.h"
#include "micro.h"

namespace {

constexpr std::size_t kBlock = std::size_t{64} << 10;

template <typename Splitter, typename Item>
void run(Splitter& splitter, Item& item, std::size_t size, std::size_t iterations) {
  const bench::Flow flow = bench::line_flow(size, iterations, "\n");
  for (std::uint64_t done = 0; done < flow.total();) {
    const std::string_view block = flow.piece(done).substr(0, kBlock);
    splitter.feed(block);
    while (splitter.next(item)) bench::use(item);
    done += block.size();
  }
}

void split(std::size_t size, std::size_t iterations) {
  wscope::input::LineSplitter splitter(wscope::input::LineEnd::kNewline, true);
  std::string_view line;
  run(splitter, line, size, iterations);
}

void actions(std::size_t size, std::size_t iterations) {
  wscope::input::LineMessages messages{wscope::MessageOptions{}};
  wscope::Action action;
  run(messages, action, size, iterations);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<bench::MicroCase> cases;
  for (const std::size_t size : {16U, 125U, 1024U, 65536U}) {
    const std::string name = std::to_string(size);
    cases.emplace_back("split-" + name, [size](std::size_t n) { split(size, n); });
    cases.emplace_back("action-" + name, [size](std::size_t n) { actions(size, n); });
  }
  return bench::micro_main(argc, argv, cases);
}
