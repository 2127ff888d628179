#include "arguments.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

void fail(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(2);
}

void fail_errno(const std::string& what) { fail(what + ": " + std::strerror(errno)); }

Arguments::Arguments(int argc, char** argv) : words_(argv + 1, argv + argc) {
  const auto dashes = std::find(words_.begin(), words_.end(), "--");
  if (dashes == words_.end()) return;
  command_.assign(dashes + 1, words_.end());
  words_.erase(dashes, words_.end());
}

bool Arguments::flag(const std::string& name) {
  const auto at = std::find(words_.begin(), words_.end(), name);
  if (at == words_.end()) return false;
  words_.erase(at);
  return true;
}

std::string Arguments::text(const std::string& name, const std::string& fallback) {
  const auto at = std::find(words_.begin(), words_.end(), name);
  if (at == words_.end()) return fallback;
  if (at + 1 == words_.end()) fail(name + " needs a value");
  const std::string value = *(at + 1);
  words_.erase(at, at + 2);
  return value;
}

std::uint64_t Arguments::number(const std::string& name, std::uint64_t fallback) {
  const std::string value = text(name, std::to_string(fallback));
  char* end = nullptr;
  const std::uint64_t result = std::strtoull(value.c_str(), &end, 10);
  if (value.empty() || *end != '\0') fail(name + ": no number: " + value);
  return result;
}

std::string Arguments::word(const std::string& what) {
  const auto at = std::find_if(words_.begin(), words_.end(),
                               [](const std::string& word) { return word.rfind("--", 0) != 0; });
  if (at == words_.end()) fail("missing " + what);
  const std::string value = *at;
  words_.erase(at);
  return value;
}

void Arguments::done() const {
  if (!words_.empty()) fail("not understood: " + words_.front());
}

}  // namespace bench
