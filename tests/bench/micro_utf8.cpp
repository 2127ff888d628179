// micro_utf8: a text judged as UTF-8, whole and in pieces.
#include "base/utf8.h"
#include "micro.h"
#include "payload.h"
#include "ws/utf8.h"

namespace {

void whole(std::size_t size, std::size_t iterations) {
  const std::vector<std::string> texts = bench::make_period(size);
  for (std::size_t i = 0; i < iterations; ++i) {
    const bool valid = wscope::is_valid_utf8(texts[i % texts.size()]);
    bench::use(valid);
  }
}

void pieces(std::size_t size, std::size_t piece, std::size_t iterations) {
  const std::vector<std::string> texts = bench::make_period(size);
  wscope::ws::Utf8Checker checker;
  for (std::size_t i = 0; i < iterations; ++i) {
    const std::string_view text = texts[i % texts.size()];
    for (std::size_t at = 0; at < text.size(); at += piece) checker.feed(text.substr(at, piece));
    const bool complete = checker.complete();
    bench::use(complete);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<bench::MicroCase> cases;
  for (const std::size_t size : {16U, 125U, 1024U, 65536U}) {
    cases.emplace_back("whole-" + std::to_string(size), [size](std::size_t n) { whole(size, n); });
  }
  cases.emplace_back("pieces-65536", [](std::size_t n) { pieces(65536, 4000, n); });
  return bench::micro_main(argc, argv, cases);
}
