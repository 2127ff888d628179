#include <doctest/doctest.h>

#include <string>

#include "cli/suggest.h"

using wscope::cli::edit_distance;
using wscope::cli::nearest;
using Names = std::vector<std::string_view>;

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("origin", "origin") == 0);
  CHECK(edit_distance("orgin", "origin") == 1);
  CHECK(edit_distance("origiin", "origin") == 1);
  CHECK(edit_distance("oragin", "origin") == 1);
  CHECK(edit_distance("roigin", "origin") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("suggestions are few and near") {
  const Names names = {"ca",     "cert",      "count",   "trace",  "trace-hex",
                       "header", "heartbeat", "tls-min", "tls-max"};
  CHECK(nearest("cuont", names) == Names{"count"});
  CHECK(nearest("tracehex", names) == Names{"trace-hex"});
  CHECK(nearest("hea", names) == Names{"header", "heartbeat"});
  CHECK(nearest("tls-m", names) == Names{"tls-min", "tls-max"});
  CHECK(nearest("zz", names).empty());
  CHECK(nearest("", names).empty());
  CHECK(nearest("x", names).empty());
  CHECK(nearest(std::string(10000, 'c'), names).empty());
}
