// Runs a fuzz target without libFuzzer: every seed as it is, then a fixed set of mutations of the
// seeds, the same in every run. Usage: replay_<target> SEED-FOLDER [MUTATIONS]
//
// So each compiler and each sanitizer of the test suite sees the targets. A crash names its input:
// the seed's file and the mutation's number are printed before they run when WSCOPE_REPLAY_VERBOSE
// is set. No seeds at all is a failure: a folder that moved must not pass silently.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

struct Seed {
  std::string name;
  std::string bytes;
};

std::vector<Seed> read_seeds(const char* folder) {
  std::vector<Seed> seeds;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    std::ifstream file(entry.path(), std::ios::binary);
    seeds.push_back(
        {entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(file), {})});
  }
  // The order of a folder is not fixed, and the mutations depend on it.
  std::sort(seeds.begin(), seeds.end(),
            [](const Seed& a, const Seed& b) { return a.name < b.name; });
  return seeds;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<Seed>& seeds) : seeds_(seeds) {}

  std::string next(const std::string& seed) {
    std::string bytes = seed;
    for (std::size_t steps = 1 + below(4); steps > 0; --steps) step(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void step(std::string& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    const std::string& other = seeds_[below(seeds_.size())].bytes;
    switch (below(6)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random_());
        break;
      case 2:
        bytes.insert(at, 1, kTelling[below(sizeof kTelling)]);
        break;
      case 3:
        bytes.erase(at, 1 + below(8));
        break;
      case 4:
        bytes.resize(at);
        break;
      default:
        bytes.insert(at, other, below(other.size() + 1), 1 + below(64));
        break;
    }
  }

  static constexpr char kTelling[] = {'\r', '\n', '\0', ' ',    ':',    ';',    ',',
                                      '=',  '"',  '\\', '\x7f', '\x80', '\xff', '0'};
  const std::vector<Seed>& seeds_;
  std::mt19937 random_{13};
};

void run(const std::string& bytes) {
  // An exact allocation, so that a sanitizer sees a read past the end.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::vector<Seed> seeds = read_seeds(argv[1]);
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds in %s\n", argv[1]);
    return 1;
  }
  const bool verbose = std::getenv("WSCOPE_REPLAY_VERBOSE") != nullptr;
  const long mutations = argc > 2 ? std::atol(argv[2]) : 20000;
  for (const Seed& seed : seeds) {
    if (verbose) std::fprintf(stderr, "seed %s\n", seed.name.c_str());
    run(seed.bytes);
  }
  Mutator mutator(seeds);
  for (long i = 0; i < mutations; ++i) {
    const Seed& seed = seeds[static_cast<std::size_t>(i) % seeds.size()];
    const std::string bytes = mutator.next(seed.bytes);
    if (verbose) std::fprintf(stderr, "mutation %ld of %s\n", i, seed.name.c_str());
    run(bytes);
  }
  std::printf("%zu seeds, %ld mutations\n", seeds.size(), mutations);
  return 0;
}
