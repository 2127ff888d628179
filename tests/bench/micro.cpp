#include "micro.h"

#include <cstdio>
#include <cstdlib>

#include "arguments.h"
#include "base/utf8_validators.h"

namespace bench {

int micro_main(int argc, char** argv, const std::vector<MicroCase>& cases) {
  Arguments arguments(argc, argv);
  if (arguments.flag("--key")) {
    std::printf("g++ %d.%d, %s\n", __GNUC__, __GNUC_MINOR__, wscope::utf8_validators().back().name);
    return 0;
  }
  if (arguments.flag("--list")) {
    for (const MicroCase& one : cases) std::puts(one.first.c_str());
    return 0;
  }
  const std::string name = arguments.word("case");
  const std::size_t iterations = std::strtoull(arguments.word("iterations").c_str(), nullptr, 10);
  arguments.done();
  for (const MicroCase& one : cases) {
    if (one.first != name) continue;
    one.second(iterations);
    return 0;
  }
  fail("no such case: " + name);
}

}  // namespace bench
