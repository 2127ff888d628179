#include "cli/config_secrets.h"

#include <sys/stat.h>

#include <string_view>

#include "base/http_field.h"
#include "base/mask_credentials.h"
#include "base/user_info.h"

namespace wscope::cli {
namespace {

bool is_secret_header(std::string_view line) {
  const std::string_view name = trim_ows(line.substr(0, line.find_first_of(":;")));
  // "Name:" and "Name;" remove the header and send it empty.
  return line.size() > name.size() + 1 && carries_credentials(name);
}

/// A user alone is no secret.
bool has_password(std::string_view url) {
  const UserInfo info = find_user_info(url);
  return url.substr(info.begin, info.end - info.begin).find(':') != std::string_view::npos;
}

bool names_file(const std::string& value) { return !value.empty() && value.front() == '@'; }

}  // namespace

bool is_secret(const OptionRow& row, const std::string& value) {
  const std::string_view name = row.long_name;
  if (name == "auth") {
    const std::size_t colon = value.find(':');
    return colon != std::string::npos && colon + 1 < value.size();
  }
  if (name == "bearer" || name == "passphrase" || name == "cookie" || name == "socketio-auth" ||
      name == "graphql-init") {
    return !names_file(value);
  }
  if (name == "header") return !names_file(value) && is_secret_header(value);
  // Of what a broker is told in CONNECT, only the host's name is sure to be none.
  if (name == "stomp-header") return !names_file(value) && value.substr(0, 5) != "host:";
  if (name == "connect" || name == "proxy") return has_password(value);
  return false;
}

std::string without_secret(const OptionRow& row, const std::string& value) {
  if (!is_secret(row, value)) return value;
  const std::string_view name = row.long_name;
  if (name == "auth" || row.lists_headers()) {
    return value.substr(0, value.find_first_of(":;") + 1) + (row.lists_headers() ? " …" : "…");
  }
  if (name == "cookie") return value.substr(0, value.find('=') + 1) + "…";
  if (name == "connect" || name == "proxy") {
    const UserInfo info = find_user_info(value);
    return value.substr(0, info.begin) + "…@" + value.substr(info.end);
  }
  return "…";
}

Result<void> check_privacy(const Config& config, const std::string& file, mode_t mode) {
  if ((mode & S_IWOTH) != 0) {
    return fail(Stage::kUsage, file + ": anybody could have written it", "chmod go-w " + file);
  }
  if ((mode & (S_IRGRP | S_IROTH)) == 0) return {};
  const auto check = [&](const ConfigTable& table) -> Result<void> {
    for (const Setting& setting : table.settings) {
      if (setting.kind != Setting::Kind::kText || !is_secret(*setting.row, setting.text)) continue;
      const bool of_url = setting.row->long_name == "connect";
      return fail(Stage::kUsage,
                  setting.place.text() + ": others can read the secret of " +
                      (of_url ? std::string("url") : std::string(setting.row->long_name)),
                  "chmod 600 " + file + ", or name it: { env = \"NAME\" } or { file = \"PATH\" }");
    }
    return {};
  };
  if (auto checked = check(config.defaults); !checked) return checked;
  for (const ConfigTable& table : config.profiles) {
    if (auto checked = check(table); !checked) return checked;
  }
  return {};
}

}  // namespace wscope::cli
