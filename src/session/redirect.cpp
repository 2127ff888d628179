#include "session/redirect.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "base/url_scheme.h"

namespace wscope::session {
namespace {

// Of an address in a message: a server may send 60 KiB of it.
constexpr std::size_t kMostShown = 200;

/// RFC 3986 5.2.4, of a path that begins with '/'.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") out.erase(std::min(out.rfind('/'), out.size()));
      if (path.empty()) out += '/';
    } else {
      out += segment;
    }
  }
  return out;
}

std::string normalized(std::string_view resource) {
  const std::size_t query = std::min(resource.find('?'), resource.size());
  return without_dot_segments(resource.substr(0, query)) + std::string(resource.substr(query));
}

/// RFC 3986 5.2.2 and 5.2.3 for a reference without scheme and authority.
std::string merged(std::string_view base, std::string_view reference) {
  const std::string_view path = base.substr(0, base.find('?'));
  if (reference.empty()) return std::string(base);
  if (reference.front() == '/') return std::string(reference);
  if (reference.front() == '?') return std::string(path) + std::string(reference);
  return std::string(path.substr(0, path.rfind('/') + 1)) + std::string(reference);
}

tl::unexpected<Error> unusable(std::string_view location, const std::string& why) {
  // Quoted up to what may be a password.
  const bool secret = location.find('@') != std::string_view::npos;
  return fail(Stage::kHandshake, fmt::format("the server redirects to {}: {}",
                                             secret ? std::string("an unusable address")
                                                    : '"' + printable(location) + '"',
                                             why));
}

}  // namespace

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Result<net::Url> redirect_target(const net::Url& from, std::string_view location) {
  const std::string_view reference = location.substr(0, location.find('#'));
  const std::size_t scheme = scheme_length(reference);
  if (scheme == 0 && reference.substr(0, 2) != "//") {
    // The parser encodes what can't stand on a request line; host and credentials stay.
    auto parsed = net::parse_url("ws://h" + merged(from.resource, reference));
    if (!parsed) return unusable(location, parsed.error().message);
    net::Url to = from;
    to.resource = normalized(parsed->resource);
    return to;
  }
  // "mailto:x" and "localhost:80" are no web addresses; a Unix socket is never a server's to name.
  if (scheme != 0 && reference.substr(scheme, 3) != "://") {
    return unusable(location, "it is no ws, wss, http or https URL");
  }
  auto to =
      net::parse_url((scheme == 0 ? from.secure ? "wss:" : "ws:" : "") + std::string(reference));
  if (!to) return unusable(location, to.error().message);
  to->resource = normalized(to->resource);
  // Servers build it from our Host: what names that is where we are.
  const bool here = to->secure == from.secure && to->host == from.host && to->port == from.port;
  if (here) to->unix_path = from.unix_path;
  return to;
}

bool same_origin(const net::Url& a, const net::Url& b) {
  if (a.secure != b.secure || a.unix_path != b.unix_path) return false;
  return !a.unix_path.empty() || (a.host == b.host && a.zone == b.zone && a.port == b.port);
}

std::string origin_in_words(const net::Url& url) {
  net::Url root = url;
  root.resource.clear();
  std::string words = root.display();
  if (!url.unix_path.empty()) words.pop_back();  // the ':' before the resource
  return words;
}

void RedirectChain::begin(const net::Url& first, const std::string& cookies) {
  steps_ = {{printable(first.display(), kMostShown), first.display() + '\n' + cookies}};
}

Result<void> RedirectChain::add(int status, const net::Url& to, const std::string& cookies) {
  const std::string shown = printable(to.display(), kMostShown);
  Step step{fmt::format("{} {}", status, shown), to.display() + '\n' + cookies};
  const bool again = std::any_of(steps_.begin(), steps_.end(),
                                 [&step](const Step& earlier) { return earlier.key == step.key; });
  const bool too_many = steps_.size() > static_cast<std::size_t>(limit_);
  steps_.push_back(std::move(step));
  if (again) {
    return fail(Stage::kHandshake, "the server's redirects go round in a loop: back to " + shown);
  }
  if (too_many) {
    return fail(Stage::kHandshake,
                fmt::format("more than {} redirect{}", limit_, limit_ == 1 ? "" : "s"),
                "--max-redirects N allows more");
  }
  return {};
}

std::string RedirectChain::in_words() const {
  std::string words = "redirected: ";
  for (std::size_t i = 0; i < steps_.size(); ++i) words += (i == 0 ? "" : " -> ") + steps_[i].words;
  return words;
}

}  // namespace wscope::session
