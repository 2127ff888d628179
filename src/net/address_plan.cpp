#include "net/address_plan.h"

#include <net/if.h>

#include <algorithm>
#include <string_view>

#include "base/ascii.h"
#include "base/escape.h"
#include "net/host_name.h"

namespace wscope::net {
namespace {

std::string_view without_brackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    return host.substr(1, host.size() - 2);
  return host;
}

/// "x.test." is the same host; options and URL may differ in it.
bool same_host(std::string_view one, std::string_view other) {
  for (std::string_view* name : {&one, &other}) {
    if (name->size() > 1 && name->back() == '.') name->remove_suffix(1);
  }
  return equal_ignoring_case(one, other);
}

/// Splits at ':' outside of brackets, at most into `limit` parts.
std::vector<std::string_view> split_colons(std::string_view text, std::size_t limit) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool bracket = false;
  for (std::size_t i = 0; i < text.size() && parts.size() + 1 < limit; ++i) {
    if (text[i] == '[') bracket = true;
    if (text[i] == ']') bracket = false;
    if (text[i] != ':' || bracket) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

bool excluded(const SocketAddress& address, AddressFamily family) {
  return (family == AddressFamily::kIpv4 && address.family() == AF_INET6) ||
         (family == AddressFamily::kIpv6 && address.family() == AF_INET);
}

tl::unexpected<Error> bad_connect_to(const std::string& text) {
  return fail(Stage::kUsage, "bad --connect-to \"" + printable(text) + "\"",
              "HOST:PORT, or FROM-HOST:FROM-PORT:HOST:PORT");
}

Result<void> redirect_to(std::string_view host, std::string_view port, const std::string& option,
                         Destination& to) {
  if (!host.empty()) {
    const auto parsed = parse_host(host);
    if (!parsed) return bad_connect_to(option);
    to.host = parsed->ascii;
    to.zone = parsed->zone;
    to.display_host = parsed->display;
    to.is_ip = parsed->is_ip_literal;
  }
  if (!port.empty()) {
    const auto number = parse_port(port);
    if (!number) return bad_connect_to(option);
    to.port = *number;
  }
  return {};
}

Result<void> apply_connect_to(const std::vector<std::string>& options, Destination& to) {
  for (const std::string& option : options) {
    const auto parts = split_colons(option, 5);
    if (parts.size() == 1 || parts.size() == 2) {
      if (parts[0].empty() && (parts.size() == 1 || parts[1].empty()))
        return bad_connect_to(option);
      return redirect_to(parts[0], parts.size() == 2 ? parts[1] : "", option, to);
    }
    if (parts.size() != 4) return bad_connect_to(option);
    if (!parts[1].empty() && !parse_port(parts[1])) return bad_connect_to(option);
    const bool host_matches = parts[0].empty() || same_host(without_brackets(parts[0]), to.host);
    const bool port_matches = parts[1].empty() || parse_port(parts[1]) == to.port;
    if (host_matches && port_matches) return redirect_to(parts[2], parts[3], option, to);
  }
  return {};
}

/// The addresses of one --resolve where it is about `to`; empty where it isn't.
Result<std::vector<SocketAddress>> resolve_entry(const std::string& option, const Destination& to) {
  const auto bad = [&] {
    return fail(Stage::kUsage, "bad --resolve \"" + printable(option) + "\"",
                "HOST:PORT:ADDRESS[,ADDRESS…]");
  };
  const auto parts = split_colons(option, 3);
  if (parts.size() != 3 || parts[0].empty() || parts[2].empty()) return bad();
  const auto port = parse_port(parts[1]);
  if (!port) return bad();
  std::vector<SocketAddress> addresses;
  std::string_view list = parts[2];
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const auto text = without_brackets(list.substr(begin, end - begin));
    const auto address = SocketAddress::literal(std::string(text), to.port);
    if (!address) return bad();
    addresses.push_back(*address);
    begin = end + 1;
  }
  const bool ours =
      *port == to.port && (parts[0] == "*" || same_host(without_brackets(parts[0]), to.host) ||
                           (!to.display_host.empty() && parts[0] == to.display_host));
  if (!ours) addresses.clear();
  return addresses;
}

}  // namespace

std::string Destination::shown() const {
  if (!unix_path.empty()) return "unix:" + printable(unix_path);
  return host_and_port(host + (zone.empty() ? "" : "%" + zone), port);
}

Result<Destination> plan_destination(const Url& url, const NetworkOptions& network) {
  Destination to;
  to.host = url.host;
  to.zone = url.zone;
  to.display_host = url.display_host;
  to.is_ip = url.is_ip_literal;
  to.port = url.port;
  to.unix_path = network.unix_socket.empty() ? url.unix_path : network.unix_socket;
  if (!to.unix_path.empty()) return to;
  if (auto applied = apply_connect_to(network.connect_to, to); !applied) {
    return fail(applied.error());
  }
  return to;
}

Result<std::vector<SocketAddress>> known_addresses(const Destination& to,
                                                   const NetworkOptions& network) {
  if (!to.unix_path.empty()) {
    auto address = SocketAddress::unix_path(to.unix_path);
    if (!address) return fail(address.error());
    return std::vector<SocketAddress>{*address};
  }
  std::vector<SocketAddress> out;
  for (const std::string& option : network.resolve) {
    auto addresses = resolve_entry(option, to);
    if (!addresses) return fail(addresses.error());
    if (!addresses->empty()) out = std::move(*addresses);
  }
  if (out.empty() && to.is_ip) {
    auto address = SocketAddress::zoned(to.host, to.zone, to.port);
    if (!address) return fail(address.error());
    out.push_back(*address);
  }
  if (out.empty()) return out;
  out.erase(std::remove_if(
                out.begin(), out.end(),
                [&](const SocketAddress& address) { return excluded(address, network.family); }),
            out.end());
  if (out.empty()) {
    const bool six = network.family == AddressFamily::kIpv6;
    return fail(Stage::kUsage, to.shown() + (six ? " has no IPv6 address, and -6 asks for one"
                                                 : " has no IPv4 address, and -4 asks for one"));
  }
  return out;
}

std::vector<SocketAddress> interleave(std::vector<SocketAddress> addresses) {
  if (addresses.size() < 3) return addresses;
  const int first_family = addresses.front().family();
  std::vector<SocketAddress> lists[2];
  for (const auto& address : addresses)
    lists[address.family() == first_family ? 0 : 1].push_back(address);
  std::vector<SocketAddress> out;
  for (std::size_t i = 0; i < std::max(lists[0].size(), lists[1].size()); ++i) {
    for (const auto& list : lists) {
      if (i < list.size()) out.push_back(list[i]);
    }
  }
  return out;
}

Result<SourceBinding> parse_interface(const std::string& text) {
  SourceBinding out;
  if (text.empty()) return out;
  const auto percent = text.find('%');
  const std::string zone = percent == std::string::npos ? "" : text.substr(percent + 1);
  const std::string literal(without_brackets(text.substr(0, percent)));
  if (SocketAddress::literal(literal, 0)) {
    auto address = SocketAddress::zoned(literal, zone, 0);
    if (!address) return fail(address.error());
    out.address = *address;
    return out;
  }
  if (if_nametoindex(text.c_str()) == 0) {
    return fail(Stage::kUsage,
                "--interface " + printable(text) + ": neither an address nor an interface here",
                "`ip address` lists both");
  }
  out.device = text;
  return out;
}

}  // namespace wscope::net
