// Options of other programs that people type here by habit → the hint that says what it is here.
//
// Words of wscat's relatives, websocat, curl and wsdump (websocket-client), that wscope doesn't
// have; those it has mean what they mean in wscat. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wscope::cli {

struct ForeignOption {
  std::string_view name;       // without dashes
  std::string_view instead;    // as it is typed here; empty: there is nothing to type
  std::string_view note = {};  // what else is to be said
};

struct ForeignOptions {
  const ForeignOption* first;
  std::size_t size;
  const ForeignOption* begin() const { return first; }
  const ForeignOption* end() const { return first + size; }
};
ForeignOptions foreign_options();

/// Of a long name, or of a letter; empty where it is not known.
std::string hint_for_foreign(std::string_view name);

}  // namespace wscope::cli
