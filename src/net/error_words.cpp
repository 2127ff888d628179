#include "net/error_words.h"

#include <cctype>

namespace wscope::net {

std::string lower_first(std::string text) {
  const auto upper = [&](std::size_t i) {
    return i < text.size() && std::isupper(static_cast<unsigned char>(text[i]));
  };
  if (upper(0) && !upper(1)) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

std::string words(std::error_code error) { return lower_first(error.message()); }

std::string words_of_errno(int number) {
  return words(std::error_code(number, std::system_category()));
}

std::string host_and_port(std::string_view host, unsigned port) {
  std::string out;
  if (host.find(':') != std::string_view::npos) {
    out.append("[").append(host).append("]");
  } else {
    out.append(host);
  }
  return out.append(":").append(std::to_string(port));
}

}  // namespace wscope::net
