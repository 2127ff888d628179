// Netrc: a .netrc file and a host → the login for it.
//
// Words apart by white space, "quoted" with \ escapes as curl reads them; the first `machine` of
// that name that fits, else `default`; `macdef` bodies and # comments are passed over. With `user`
// only an entry of that user fits. Stage::kUsage on a word that is none of the format, with its
// path and line. find_login() is pure; passwords are in no message.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace wscope::session {

struct Login {
  std::string user;
  std::string password;
};

struct Netrc {
  std::string path;
  std::string text;
};

Result<std::optional<Login>> find_login(const Netrc& netrc, std::string_view host,
                                        const std::optional<std::string>& user = std::nullopt);

/// $NETRC or ~/.netrc; Stage::kUsage names the file that can't be read.
Result<Netrc> read_netrc();

}  // namespace wscope::session
