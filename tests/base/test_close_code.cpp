#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/close_code.h"

TEST_CASE("every close code has a name") {
  const std::pair<std::uint16_t, std::string_view> table[] = {{1000, "normal"},
                                                              {1001, "going away"},
                                                              {1002, "protocol error"},
                                                              {1003, "unsupported data"},
                                                              {1004, "unknown"},
                                                              {1005, "no status"},
                                                              {1006, "abnormal"},
                                                              {1007, "invalid payload"},
                                                              {1008, "policy violation"},
                                                              {1009, "message too big"},
                                                              {1010, "mandatory extension"},
                                                              {1011, "internal error"},
                                                              {1012, "service restart"},
                                                              {1013, "try again later"},
                                                              {1014, "bad gateway"},
                                                              {1015, "TLS handshake"},
                                                              {1016, "unknown"},
                                                              {2999, "unknown"},
                                                              {3000, "registered"},
                                                              {3999, "registered"},
                                                              {4000, "private use"},
                                                              {4999, "private use"},
                                                              {5000, "unknown"},
                                                              {0, "unknown"}};
  for (const auto& [code, name] : table) CHECK(wscope::close_code_name(code) == name);
}
