// What the tests of src/cli share: parsing a line of words, expecting Options or the exact error.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/parse_args.h"

using Words = std::vector<std::string>;

inline wscope::Options options_of(const Words& words) {
  auto parsed = wscope::cli::parse_args(words);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  REQUIRE(std::holds_alternative<wscope::Options>(*parsed));
  return std::get<wscope::Options>(*std::move(parsed));
}

inline std::string text_of(const Words& words) {
  auto parsed = wscope::cli::parse_args(words);
  REQUIRE_MESSAGE(parsed.has_value(), parsed.error().message);
  REQUIRE(std::holds_alternative<wscope::cli::Text>(*parsed));
  return std::get<wscope::cli::Text>(*std::move(parsed)).text;
}

inline wscope::Error error_of(const Words& words) {
  auto parsed = wscope::cli::parse_args(words);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().stage == wscope::Stage::kUsage);
  return parsed.error();
}

/// A file of the test, gone at the end of the scope.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder != nullptr ? folder : "/tmp") + "/wscope_cli_XXXXXX";
    const int fd = ::mkstemp(path_.data());
    REQUIRE(fd >= 0);
    std::FILE* file = ::fdopen(fd, "wb");
    REQUIRE(file != nullptr);
    CHECK(std::fwrite(content.data(), 1, content.size(), file) == content.size());
    std::fclose(file);
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};
