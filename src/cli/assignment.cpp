#include "cli/assignment.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/http_field.h"
#include "base/user_info.h"
#include "cli/option_rules.h"

namespace wscope::cli {
namespace {

/// Options that set the same thing.
constexpr std::string_view kFamilies[][4] = {
    {"insecure", "no-check", "", ""},
    {"color", "no-color", "", ""},
    {"output", "json", "null", ""},
    {"input", "null", "", ""},
    {"socketio", "jsonrpc", "graphql", "stomp"},
    {"quiet", "verbose", "trace", "trace-hex"},
};

bool same_family(const OptionRow& one, const OptionRow& other) {
  const auto in = [](const auto& family, std::string_view name) {
    return !name.empty() &&
           std::find(std::begin(family), std::end(family), name) != std::end(family);
  };
  const bool times = one.long_name == "timestamps" && other.short_name == 't';
  return times || std::any_of(std::begin(kFamilies), std::end(kFamilies), [&](const auto& family) {
           return in(family, one.long_name) && in(family, other.long_name);
         });
}

/// In lower case, without what follows it.
std::string header_named_by(const Assignment& header) {
  const Setting& setting = header.setting;
  const bool reference = header.layer != Assignment::Layer::kCommandLine && !setting.prefix.empty();
  return lower_case(header_name(reference ? setting.prefix : header.value));
}

/// What an option is sent as, in lower case; -H of the same name would replace it.
std::string_view header_of(const OptionRow& row) {
  constexpr std::pair<std::string_view, std::string_view> kHeaders[] = {
      {"auth", "authorization"},    {"bearer", "authorization"},
      {"cookie", "cookie"},         {"host", "host"},
      {"origin", "origin"},         {"subprotocol", "sec-websocket-protocol"},
      {"user-agent", "user-agent"},
  };
  for (const auto& [option, header] : kHeaders) {
    if (row.long_name == option) return header;
  }
  return {};
}

/// Who says who they are in the URL does not mean the login of a layer below.
bool logs_in(const Assignment& url) {
  if (url.row->long_name != "connect" || url.off()) return false;
  const UserInfo found = find_user_info(url.value);
  return found.end > found.begin;
}

bool is_login(const Assignment& one) {
  const bool header = one.row->long_name == "header" && header_named_by(one) == "authorization";
  return header || header_of(*one.row) == "authorization";
}

bool gives_way(const Assignment& lower, const Assignment& higher) {
  if (lower.row == higher.row) {
    return !lower.row->lists_headers() || header_named_by(lower) == header_named_by(higher);
  }
  if (lower.row->long_name == "header" && header_named_by(lower) == header_of(*higher.row))
    return true;
  if (logs_in(higher) && is_login(lower)) return true;
  const auto input_clash = [](const Assignment& one, const Assignment& other) {
    return one.row->long_name == "input" && input_excludes(one.value, other.row->long_name);
  };
  return same_family(*lower.row, *higher.row) ||
         exclude_each_other(lower.row->long_name, higher.row->long_name) ||
         input_clash(lower, higher) || input_clash(higher, lower);
}

void put_over(std::vector<Assignment>& lower, const std::vector<Assignment>& higher) {
  lower.erase(std::remove_if(lower.begin(), lower.end(),
                             [&](const Assignment& low) {
                               return std::any_of(
                                   higher.begin(), higher.end(),
                                   [&](const Assignment& high) { return gives_way(low, high); });
                             }),
              lower.end());
  lower.insert(lower.end(), higher.begin(), higher.end());
}

/// Defaults are written with a client in mind: what it says to servers (a header may be a secret)
/// and when its runs end. A server has these only where they are said for it.
bool is_for_clients(std::string_view long_name) {
  constexpr std::string_view kForClients[] = {"execute", "header", "count", "until", "timeout"};
  return std::find(std::begin(kForClients), std::end(kForClients), long_name) !=
         std::end(kForClients);
}

bool is_among(const std::vector<Assignment>& all, std::string_view name) {
  return std::any_of(all.begin(), all.end(), [&](const Assignment& one) {
    return !one.off() && one.row->long_name == name;
  });
}

bool is_alone(const Assignment& one, const std::vector<Assignment>& all) {
  return lacks_partner(one.row->long_name,
                       [&](std::string_view name) { return is_among(all, name); });
}

bool has_meaning(const Assignment& one, const std::vector<Assignment>& all) {
  if (one.layer != Assignment::Layer::kDefaults) return true;
  const auto given = [&](std::string_view name) { return is_among(all, name); };
  const bool server = given("listen");
  if (one.row->role == Role::kClient && server) return false;
  if (server && is_for_clients(one.row->long_name)) return false;
  // Whom a client trusts is nothing for a server without TLS.
  if (server && one.row->long_name == "ca" && !given("cert")) return false;
  if (one.row->role == Role::kServer && !server && one.row->long_name != "listen") return false;
  return !is_alone(one, all);
}

}  // namespace

std::vector<Assignment> layered(const std::vector<Assignment>& defaults,
                                const std::vector<Assignment>& profile,
                                const std::vector<Assignment>& command_line) {
  std::vector<Assignment> all = defaults;
  put_over(all, profile);
  put_over(all, command_line);
  const auto drop = [&](const auto& unwanted) {
    all.erase(std::remove_if(all.begin(), all.end(), unwanted), all.end());
  };
  drop([](const Assignment& one) { return one.off(); });
  std::vector<Assignment> before = all;
  drop([&](const Assignment& one) { return !has_meaning(one, before); });
  // What an option needs was taken away from above: it goes along.
  std::vector<Assignment> below = defaults;
  below.insert(below.end(), profile.begin(), profile.end());
  before = all;
  drop([&](const Assignment& one) {
    return one.layer != Assignment::Layer::kCommandLine && is_alone(one, before) &&
           !is_alone(one, below);
  });
  return all;
}

}  // namespace wscope::cli
