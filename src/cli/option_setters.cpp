#include "cli/option_setters.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/http_field.h"
#include "base/user_info.h"

namespace wscope::cli::setters {

Result<void> auth(const OptionRow& row, const std::string& value, Options& options) {
  if (value.empty() || value.front() == ':') {
    return fail(Stage::kUsage, row.name() + ": no user name in USER[:PASS]");
  }
  options.handshake.auth = value;
  return {};
}

Result<void> cookie(const OptionRow& row, const std::string& value, Options& options) {
  if (value.find('=') == std::string::npos || value.front() == '=') {
    return fail(Stage::kUsage, row.name() + ": not NAME=VALUE",
                row.name() + " @FILE reads a file of cookies");
  }
  options.handshake.cookies.push_back(value);
  return {};
}

Result<void> cookies_in(const OptionRow& row, const std::string& path, Options& options) {
  auto text = read_option_file(row.name(), path);
  if (!text) return fail(text.error());
  options.handshake.cookie_files.push_back(std::move(*text));
  return {};
}

Result<void> on_key(const OptionRow& row, const std::string& value, Options& options) {
  // The key may itself be '=': `==text`.
  const std::size_t equals = value.find('=', 1);
  if (value.empty() || equals == std::string::npos) {
    return fail(Stage::kUsage, row.name() + " '" + value + "': not KEY=MESSAGE",
                "for example " + row.name() + " space=buzz");
  }
  options.messages.on_key.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  return {};
}

Result<void> broadcast(const OptionRow& row, const std::string& value, Options& options) {
  using Broadcast = ListenOptions::Broadcast;
  if (value.empty()) {
    options.listen.broadcast = Broadcast::kAll;
    return {};
  }
  const auto index = parse_choice(row.name(), value, row.choices);
  if (!index) return fail(index.error());
  options.listen.broadcast = *index == 0 ? Broadcast::kAll : Broadcast::kOthers;
  return {};
}

Result<void> listen(const OptionRow& row, const std::string& value, Options& options) {
  if (value.empty()) return fail(Stage::kUsage, row.name() + " '': not [HOST:]PORT");
  if (options.listen.enabled) {
    return fail(Stage::kUsage, row.name() + " '" + value + "': already listening on '" +
                                   options.listen.address + "'");
  }
  options.listen.enabled = true;
  options.listen.address = value;
  return {};
}

Result<void> file_to_write(const OptionRow& row, const std::string& value) {
  if (value.empty()) return fail(Stage::kUsage, row.name() + " '': must not be empty");
  if (value == "-") {
    return fail(Stage::kUsage, row.name() + " -: standard output is for messages",
                "--json writes events there; ./- is a file of that name");
  }
  return {};
}

Result<void> path(const OptionRow& row, const std::string& value, Options& options) {
  if (value.empty() || value.front() != '/' || value.find_first_of("?#") != std::string::npos) {
    return fail(Stage::kUsage, row.name() + " '" + value + "': not a path such as /chat",
                "a query is not looked at");
  }
  options.listen.path = value;
  return {};
}

Result<void> url(const OptionRow&, const std::string& value, Options& options) {
  if (value.empty()) {
    return fail(Stage::kUsage, "the URL is empty", "for example ws://localhost:8765/chat");
  }
  if (!options.url.empty()) {
    return fail(Stage::kUsage,
                "more than one URL: '" + without_user_info(options.url) + "' and '" +
                    without_user_info(value) + "'",
                "one run talks to one server; a message goes after -x");
  }
  options.url = value;
  return {};
}

Result<void> stomp_header(const OptionRow& row, const std::string& value, Options& options) {
  // What is wrong is told without the value, which may be a secret.
  const std::string fault(breaks_line(value) ? "a line end or NUL" : fault_of_field(value));
  if (!fault.empty()) {
    return fail(Stage::kUsage, row.name() + ": " + fault,
                "for example " + row.name() + " 'Authorization: Bearer secret'");
  }
  const std::size_t colon = value.find(':');
  const std::string name = value.substr(0, colon);
  for (const std::string_view ours : {"accept-version", "heart-beat", "content-length"}) {
    if (name != ours) continue;
    return fail(Stage::kUsage, row.name() + ": " + name + " is ours to say",
                ours == "heart-beat" ? "--heartbeat-interval says how often" : "");
  }
  auto& headers = options.dialect.stomp_headers;
  // Of a name that comes twice a server would look at the first.
  headers.erase(std::remove_if(headers.begin(), headers.end(),
                               [&](const auto& header) { return header.first == name; }),
                headers.end());
  headers.emplace_back(name, trim_ows(std::string_view(value).substr(colon + 1)));
  return {};
}

Result<void> script_report(const OptionRow& row, const std::string& value, Options& options) {
  const std::string_view text = value;
  const bool known = text.substr(0, 6) == "junit:" || text.substr(0, 4) == "tap:";
  if (!known || text.back() == ':') {
    return fail(Stage::kUsage, row.name() + " '" + value + "': not junit:FILE or tap:FILE");
  }
  if (text.substr(text.find(':')) == ":-") {
    return fail(Stage::kUsage, row.name() + " " + value + ": standard output is for messages",
                "tap:/dev/stderr writes it there; ./- is a file of that name");
  }
  options.automation.script_report = value;
  return {};
}

Result<void> version(const OptionRow& row, const std::string& value, Options& options) {
  auto set = count<&Options::handshake, &HandshakeOptions::version, 0, 255>(row, value, options);
  // Elsewhere --protocol is the subprotocol.
  if (!set && value.find_first_not_of("+-0123456789") != std::string::npos) {
    set.error().hint = "-s asks for a subprotocol; this is the version of the protocol, 13";
  }
  return set;
}

Result<void> speed(const OptionRow& row, const std::string& value, Options& options) {
  std::string_view factor = value;
  if (!factor.empty() && factor.back() == 'x') factor.remove_suffix(1);
  if (value != "max" && !parse_seconds(row.name(), factor, Bound::kAboveZero)) {
    return fail(Stage::kUsage, row.name() + " '" + value + "': not a factor such as 2x, or max");
  }
  options.automation.speed = value;
  return {};
}

}  // namespace wscope::cli::setters
