// Suggestions for misspelt words: the candidates within a small edit distance.
//
// Pure. Distance counts insertions, deletions, replacements and swaps of neighbours. A word of up
// to five letters may be one edit away, up to nine two, longer ones three; the start of exactly one
// candidate also counts. Best first; ties in the order of the candidates; at most three.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace wscope::cli {

std::size_t edit_distance(std::string_view left, std::string_view right);

std::vector<std::string_view> nearest(std::string_view word,
                                      const std::vector<std::string_view>& candidates);

}  // namespace wscope::cli
