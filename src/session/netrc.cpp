#include "session/netrc.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/ascii.h"
#include "base/escape.h"
#include "base/read_file.h"

namespace wscope::session {
namespace {

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::size_t line() const { return line_; }

  std::optional<std::string> next() {
    for (;;) {
      while (!rest_.empty() && is_space(rest_.front())) advance();
      if (rest_.empty()) return std::nullopt;
      if (rest_.front() != '#') break;
      while (!rest_.empty() && rest_.front() != '\n') advance();
    }
    return rest_.front() == '"' ? quoted() : plain();
  }

  /// The value of login and password: a '#' may well begin it.
  std::optional<std::string> value() {
    while (!rest_.empty() && is_space(rest_.front())) advance();
    if (rest_.empty()) return std::nullopt;
    return rest_.front() == '"' ? quoted() : plain();
  }

  /// The body of a macro goes on to an empty line.
  void skip_macro() {
    const std::size_t end = std::min(rest_.find("\n\n"), rest_.size());
    for (std::size_t i = 0; i < end; ++i) advance();
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  void advance() {
    if (rest_.front() == '\n') ++line_;
    rest_.remove_prefix(1);
  }
  std::string plain() {
    std::string word;
    while (!rest_.empty() && !is_space(rest_.front())) {
      word += rest_.front();
      advance();
    }
    return word;
  }
  std::string quoted() {
    std::string word;
    advance();
    while (!rest_.empty() && rest_.front() != '"') {
      char c = rest_.front();
      if (c == '\\' && rest_.size() > 1) {
        advance();
        c = rest_.front();
        c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
      }
      word += c;
      advance();
    }
    if (!rest_.empty()) advance();
    return word;
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

struct Entry {
  bool fits = false;  // the machine is the one, or the default
  std::optional<std::string> login;
  std::string password;
};

}  // namespace

Result<std::optional<Login>> find_login(const Netrc& netrc, std::string_view host,
                                        const std::optional<std::string>& user) {
  Words words(netrc.text);
  Entry entry;
  const auto fits = [&] {
    return entry.fits && (user ? !entry.login || *entry.login == *user : entry.login.has_value());
  };
  const auto login = [&] {
    return Login{entry.login ? *entry.login : user.value_or(""), entry.password};
  };
  const auto bad = [&](const std::string& why) {
    return fail(Stage::kUsage,
                fmt::format("{}, line {}: {}", printable(netrc.path), words.line(), why));
  };
  while (const auto word = words.next()) {
    if (*word == "machine" || *word == "default") {
      if (fits()) return login();
      entry = {};
      entry.fits = *word == "default";
      if (entry.fits) continue;
      const auto name = words.value();
      if (!name) return bad("no name after \"machine\"");
      entry.fits = equal_ignoring_case(*name, host);
    } else if (*word == "login" || *word == "password" || *word == "account") {
      const auto value = words.value();
      if (!value) return bad(fmt::format("nothing after \"{}\"", *word));
      if (*word == "login") entry.login = value;
      if (*word == "password") entry.password = *value;
    } else if (*word == "macdef") {
      words.skip_macro();
    } else {
      // Not quoted: it may be a part of a password with a space in it.
      return bad("a word that is not machine, default, login, password, account or macdef");
    }
  }
  if (fits()) return login();
  return std::nullopt;
}

Result<Netrc> read_netrc() {
  const char* variable = std::getenv("NETRC");
  std::string path = variable != nullptr ? variable : "";
  if (path.empty()) {
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0') {
      return fail(Stage::kUsage, "--netrc: there is no home directory", "NETRC names the file");
    }
    path = std::string(home) + "/.netrc";
  }
  auto text = read_file(path, path);
  if (!text) return fail(std::move(text.error()));
  return Netrc{std::move(path), std::move(*text)};
}

}  // namespace wscope::session
