#include <doctest/doctest.h>

#include "session/netrc.h"

using namespace wscope;
using namespace wscope::session;

namespace {

std::string login(const std::string& netrc, const std::string& host,
                  const std::optional<std::string>& user = std::nullopt) {
  const auto found = find_login({"/home/me/netrc", netrc}, host, user);
  if (!found) return "error: " + found.error().message;
  return *found ? (*found)->user + ":" + (*found)->password : "none";
}

}  // namespace

TEST_CASE("the first machine that fits, else default") {
  const std::string netrc =
      "# hosts\nmachine a.example login alice password secret\n"
      "machine b.example\n\tlogin bob\n\tpassword \"with \\\"space \\\\\"\n\taccount x\n"
      "macdef init\ncd /\nmachine c.example login mallory\n\n"
      "machine a.example login second password 2\n"
      "default login anonymous password #me\n";
  CHECK(login(netrc, "A.example") == "alice:secret");
  CHECK(login(netrc, "b.example") == "bob:with \"space \\");
  CHECK(login(netrc, "c.example") == "anonymous:#me");
  CHECK(login(netrc, "a.example", "second") == "second:2");
  CHECK(login(netrc, "b.example", "carol") == "none");
  CHECK(login("", "a") == "none");
  CHECK(login("machine a", "a") == "none");
  CHECK(login("machine a password p", "a") == "none");
  CHECK(login("machine a password p", "a", "me") == "me:p");
  CHECK(login("machine a login l", "a") == "l:");
}

TEST_CASE("what is no .netrc names its line and quotes nothing") {
  CHECK(login("machine a\nlogin l password two words\n", "b") ==
        "error: /home/me/netrc, line 2: a word that is not machine, default, login, password, "
        "account or "
        "macdef");
  CHECK(login("machine", "a") == "error: /home/me/netrc, line 1: no name after \"machine\"");
  CHECK(login("default login", "a") == "error: /home/me/netrc, line 1: nothing after \"login\"");
}
