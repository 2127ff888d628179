#include "session/request_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/ask_secret.h"
#include "base/escape.h"
#include "base/http_field.h"
#include "session/redirect.h"

namespace wscope::session {
namespace {

bool is_one_of(std::string_view header, std::initializer_list<std::string_view> names) {
  const std::string_view name = header_name(header);
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view other) { return equal_ignoring_case(name, other); });
}

/// -H that are meant for the server of the URL and nobody else.
bool is_private(const std::string& header) {
  return is_one_of(header, {"Authorization", "Cookie", "Proxy-Authorization", "Host"});
}

/// The cookies of `given` ("a=1; b=2") of which `set` has no newer one.
std::string still_valid(std::string_view given, std::string_view set) {
  std::string out;
  while (!given.empty()) {
    const std::size_t end = std::min(given.find(';'), given.size());
    const std::string_view pair = trim_ows(given.substr(0, end));
    given.remove_prefix(std::min(end + 1, given.size()));
    const std::string name = std::string(pair.substr(0, pair.find('='))) + "=";
    const bool replaced =
        set.substr(0, name.size()) == name || set.find("; " + name) != std::string_view::npos;
    if (!pair.empty() && !replaced) out += (out.empty() ? "" : "; ") + std::string(pair);
  }
  return out;
}

std::vector<std::string> challenges_of(const ws::ResponseHead& head) {
  std::vector<std::string> values;
  for (const auto& [name, value] : head.headers) {
    if (equal_ignoring_case(name, "WWW-Authenticate")) values.push_back(value);
  }
  return values;
}

Result<CookieJar> jar_of_files(const std::vector<std::string>& texts) {
  CookieJar jar;
  for (const std::string& text : texts) {
    auto cookies = read_cookie_file(text);
    if (!cookies) return fail(std::move(cookies.error()));
    for (Cookie& cookie : *cookies) jar.add(std::move(cookie));
  }
  return jar;
}

Login split_login(const std::string& auth) {
  const std::size_t colon = std::min(auth.find(':'), auth.size());
  return {auth.substr(0, colon), auth.substr(std::min(colon + 1, auth.size()))};
}

}  // namespace

Result<RequestPlan> RequestPlan::create(const HandshakeOptions& options, const net::Url& first,
                                        std::optional<CookieJar> kept) {
  RequestPlan plan;
  plan.options_ = options;
  plan.first_ = first;
  if (kept) {
    plan.jar_ = std::move(*kept);
  } else {
    auto jar = jar_of_files(options.cookie_files);
    if (!jar) return fail(std::move(jar.error()));
    plan.jar_ = std::move(*jar);
  }
  if (options.netrc) {
    auto netrc = read_netrc();
    if (!netrc) return fail(std::move(netrc.error()));
    plan.netrc_ = std::move(*netrc);
  }
  return plan;
}

bool RequestPlan::home(const net::Url& url) const { return same_origin(first_, url); }

bool RequestPlan::has_own_authorization(const net::Url& url) const {
  if (!home(url)) return false;
  return !options_.bearer.empty() ||
         std::any_of(options_.headers.begin(), options_.headers.end(),
                     [](const std::string& one) { return is_one_of(one, {"Authorization"}); });
}

// The options win over the URL, as for a request without redirects; .netrc comes last.
Result<std::optional<Login>> RequestPlan::login_for(const net::Url& url) const {
  if (home(url) && options_.auth) return split_login(*options_.auth);
  const net::Url* named = url.user ? &url : home(url) && first_.user ? &first_ : nullptr;
  if (named != nullptr) {
    // A name alone says whose password .netrc is asked for.
    if (options_.netrc && named->password.empty()) {
      auto found = find_login(netrc_, url.host, *named->user);
      if (!found || *found) return found;
    }
    return Login{*named->user, named->password};
  }
  if (!options_.netrc) return std::nullopt;
  return find_login(netrc_, url.host);
}

std::string RequestPlan::cookies_for(const net::Url& url, std::int64_t now) const {
  const std::string set = jar_.header(url, now);
  std::string all;
  if (home(url)) {
    for (const std::string& given : options_.cookies) {
      const std::string valid = still_valid(given, set);
      if (!valid.empty()) all += (all.empty() ? "" : "; ") + valid;
    }
  }
  if (!set.empty()) all += (all.empty() ? "" : "; ") + set;
  return all;
}

Result<RequestPlan::Request> RequestPlan::request_to(const net::Url& url, std::int64_t now,
                                                     std::string client_nonce) {
  Request out;
  out.options = options_;
  auto& headers = out.options.headers;
  if (!home(url)) {
    out.options.auth.reset();
    out.options.bearer.clear();
    out.options.host.clear();
    headers.erase(std::remove_if(headers.begin(), headers.end(), is_private), headers.end());
  }
  out.options.cookies.clear();
  const std::string cookies = cookies_for(url, now);
  if (!cookies.empty()) out.options.cookies.push_back(cookies);

  if (has_own_authorization(url)) return out;
  auto login = login_for(url);
  if (!login) return fail(std::move(login.error()));
  if (!*login) return out;
  if (challenge_ && same_origin(challenger_, url)) {
    const net::DigestRequest request{
        "GET",     url.resource, (*login)->user, (*login)->password, std::move(client_nonce),
        ++answers_};
    if (const auto value = net::digest_authorization(*challenge_, request)) {
      out.options.auth.reset();
      headers.push_back("Authorization: " + *value);
    }
  } else if (!out.options.auth) {
    out.user = (*login)->user;
    out.password = (*login)->password;
  }
  return out;
}

bool RequestPlan::withholds(const net::Url& url) const {
  if (home(url)) return false;
  return options_.auth || first_.user || !options_.bearer.empty() || !options_.cookies.empty() ||
         std::any_of(options_.headers.begin(), options_.headers.end(), is_private);
}

void RequestPlan::take_cookies(const ws::ResponseHead& head, const net::Url& url,
                               std::int64_t now) {
  for (const auto& [name, value] : head.headers) {
    if (!equal_ignoring_case(name, "Set-Cookie")) continue;
    if (auto cookie = parse_set_cookie(value, url, now)) jar_.add(std::move(*cookie));
  }
}

bool RequestPlan::take_challenge(const ws::ResponseHead& head, const net::Url& url) {
  if (head.status != 401 || has_own_authorization(url)) return false;
  const auto login = login_for(url);
  if (!login || !*login) return false;
  auto challenge = net::strongest_challenge(challenges_of(head));
  if (!challenge) return false;
  if (challenge_ && same_origin(challenger_, url) && answers_ > 0) {
    if (!challenge->stale || renewed_) return false;  // these credentials are not the right ones
    renewed_ = true;
  }
  challenge_ = std::move(challenge);
  challenger_ = url;
  answers_ = 0;
  return true;
}

std::string RequestPlan::why_no_answer(const ws::ResponseHead& head, const net::Url& url) const {
  if (head.status != 401 || has_own_authorization(url)) return {};
  return net::why_unanswerable(challenges_of(head));
}

Result<void> ask_for_password(HandshakeOptions& options, const std::optional<net::Url>& url) {
  if (!options.auth || options.auth->find(':') != std::string::npos) return {};
  const std::string& user = *options.auth;
  if (options.netrc && url) {
    const auto netrc = read_netrc();
    if (!netrc) return fail(netrc.error());
    const auto login = find_login(*netrc, url->host, user);
    if (!login) return fail(login.error());
    if (*login) {
      options.auth = user + ":" + (*login)->password;
      return {};
    }
  }
  std::string at;
  if (url) at = " at " + (url->unix_path.empty() ? url->authority() : url->unix_path);
  const auto password = ask_secret(fmt::format("password of {}{}: ", printable(user), at),
                                   "--auth USER:PASS gives it, --auth USER: sends an empty one");
  if (!password) return fail(password.error());
  options.auth = user + ":" + *password;
  return {};
}

}  // namespace wscope::session
