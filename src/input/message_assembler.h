// MessageAssembler: typed lines → messages that may be several lines long.
//
// A line that ends in an odd number of backslashes goes on with the next (the last backslash
// becomes the line end), and so does one that opens a JSON object or array, or with --graphql any
// bracket of a query, until it balances. What turns out to be none is a message as it stands,
// except behind /json, where it is an error. Pure, one thread. Both ways of going on can be
// switched off, but not that of /json.
#pragma once

#include <string>
#include <string_view>

#include "base/graphql_scanner.h"
#include "base/json_scanner.h"

namespace wscope::input {

class MessageAssembler {
 public:
  enum class Outcome { kMessage, kMore, kNotJson };

  /// Whose brackets keep a message open.
  enum class Language { kJson, kGraphql };

  explicit MessageAssembler(bool multiline, Language language = Language::kJson)
      : multiline_(multiline), language_(language) {}

  Outcome add(std::string_view line);
  /// Behind /json: what follows is JSON.
  Outcome add_json(std::string_view line);
  /// After kMessage: the message. After kNotJson: what was typed.
  std::string take();
  /// After kNotJson: "expected ':'".
  std::string what_was_wrong() const;

  bool begun() const { return going_on_ != GoingOn::kNot; }
  void drop();

 private:
  enum class GoingOn { kNot, kBackslash, kJson, kDemandedJson, kGraphql };

  Outcome scan(std::string_view line);
  Outcome balance(std::string_view line);
  Outcome end_of_line(std::string_view line);
  Outcome end(Outcome outcome);

  const bool multiline_;
  const Language language_;
  GoingOn going_on_ = GoingOn::kNot;
  std::string text_;
  JsonScanner json_;
  GraphqlScanner graphql_;
};

}  // namespace wscope::input
