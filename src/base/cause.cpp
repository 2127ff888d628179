#include "base/cause.h"

#include <cstddef>

namespace wscope {

std::string cause_of(int error) { return cause_of({error, std::generic_category()}); }

std::string cause_of(std::error_code error) { return lower_first(error.message()); }

std::string lower_first(std::string text) {
  const auto within = [&text](std::size_t i, char first, char last) {
    return i < text.size() && text[i] >= first && text[i] <= last;
  };
  if (within(0, 'A', 'Z') && within(1, 'a', 'z')) {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

}  // namespace wscope
