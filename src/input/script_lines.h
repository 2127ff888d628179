// ScriptLines: a script's text → its lines, one after the other, and errors that name one.
//
// Lines end in LF or CRLF. A statement begins with the line that next() gave last; where it takes
// more of them (JSON), errors still name its first. Views the text, which must outlive it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace wscope::input {

class ScriptLines {
 public:
  ScriptLines(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  /// Passes over a byte order mark. Fails where the text is not UTF-8.
  Result<void> begin();
  bool next(std::string_view& line);
  /// With the line that was given last; its form is not known yet.
  void begin_statement();
  std::size_t line() const { return line_; }
  /// "send TEXT": the hint of errors that have none.
  void set_form(std::string_view form) { form_ = form; }

  tl::unexpected<Error> wrong(std::string message, std::string hint = {}) const;
  tl::unexpected<Error> wrong_at(std::size_t line, std::string message, std::string hint) const;

 private:
  std::string_view text_;
  std::string file_;
  std::size_t line_ = 0;        // of the statement
  std::size_t lines_read_ = 0;  // further, where it takes several
  std::string_view form_;
};

}  // namespace wscope::input
