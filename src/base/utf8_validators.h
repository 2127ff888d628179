// The implementations behind is_valid_utf8 that this processor can run, for tests and benchmarks.
#pragma once

#include <string_view>
#include <vector>

namespace wscope {

struct Utf8Validator {
  const char* name;  // "bytes", "sse4.1", "avx2", "avx512"
  bool (*valid)(std::string_view text);
};

/// From the plainest to the one that is_valid_utf8 uses.
std::vector<Utf8Validator> utf8_validators();

}  // namespace wscope
