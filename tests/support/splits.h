// The same bytes as one piece, as two halves and byte by byte: a parser of a stream sees no
// difference.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace wscope::test {

/// Calls `check` with the pieces of each way to split `bytes`.
template <class Check>
void for_each_split(std::string_view bytes, Check check) {
  const std::size_t half = bytes.size() / 2;
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
  {
    INFO("unsplit");
    check(std::vector<std::string_view>{bytes});
  }
  {
    INFO("split in the middle");
    check(std::vector<std::string_view>{bytes.substr(0, half), bytes.substr(half)});
  }
  {
    INFO("byte by byte");
    check(single);
  }
}

}  // namespace wscope::test
