// Arguments: the words of a bench tool, `--name value` and `--flag`, plus what stands alone.
//
// Values are asked for by name; a missing required value, an unknown name left over at done() or a
// number that is none ends the tool with status 2 and a line on stderr: these are tools for the
// runner, not for people. Single thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

class Arguments {
 public:
  Arguments(int argc, char** argv);

  bool flag(const std::string& name);
  std::uint64_t number(const std::string& name, std::uint64_t fallback);
  std::string text(const std::string& name, const std::string& fallback);
  /// The next word that is no option and no option's value.
  std::string word(const std::string& what);
  /// What stands behind `--`.
  const std::vector<std::string>& command() const { return command_; }
  /// Ends the tool when a word was not understood.
  void done() const;

 private:
  std::vector<std::string> words_;
  std::vector<std::string> command_;
};

/// Says why on stderr and ends the tool.
[[noreturn]] void fail(const std::string& message);
/// The same with errno's text.
[[noreturn]] void fail_errno(const std::string& what);

}  // namespace bench
