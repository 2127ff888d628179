// GraphqlScanner: a GraphQL document, in pieces → whether its brackets are closed (GraphQL, 2.1).
//
// Looks at brackets, strings, block strings and comments, at nothing else, so it does for JSON as
// well, whose strings end alike. Keeps the brackets that are open. Pure; what is no GraphQL is told
// as kBroken.
#pragma once

#include <string>
#include <string_view>

namespace wscope {

class GraphqlScanner {
 public:
  enum class State {
    kClosed,  // nothing is open; nothing may have come yet
    kOpen,    // a bracket or a block string is
    kBroken,  // a bracket that closes none, or a string that goes on behind its line
  };

  /// Pieces are cut anywhere but within `"""` and behind a backslash; whole lines will do.
  void feed(std::string_view text);
  /// The input ends here.
  void finish();
  void reset() { *this = GraphqlScanner(); }

  State state() const;
  /// The innermost bracket that is open, or `"""`; empty: none.
  std::string_view open() const;

 private:
  enum class Inside { kDocument, kString, kBlockString, kComment };

  std::size_t take(std::string_view text);
  void bracket(char c);

  std::string brackets_;  // those that are open
  Inside inside_ = Inside::kDocument;
  bool broken_ = false;
};

}  // namespace wscope
