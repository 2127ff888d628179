// RequestPlan: which credentials and cookies go with each request on the way to a server.
//
// What the user gave for the URL that was typed (user and password, --auth, --bearer, --cookie
// 'a=b', --host, -H Authorization, Cookie and Host) goes to its origin only. Cookies of files and
// those that servers set go where RFC 6265 lets them, a login of .netrc to its host. A 401 with a
// Digest challenge makes the next request to that origin answer it (RFC 7616), once, and once
// more where only the nonce was too old. Pure but for create(), which reads .netrc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/options.h"
#include "net/http_digest.h"
#include "net/url.h"
#include "session/cookie.h"
#include "session/netrc.h"
#include "ws/response_head.h"

namespace wscope::session {

class RequestPlan {
 public:
  /// `kept`: the cookies of a plan for the same URL before; else they begin with those of files.
  static Result<RequestPlan> create(const HandshakeOptions& options, const net::Url& first,
                                    std::optional<CookieJar> kept = std::nullopt);

  struct Request {
    HandshakeOptions options;  // headers, cookies, auth and bearer as they go to this server
    std::optional<std::string> user;
    std::string password;
  };
  /// `client_nonce`: fresh and unpredictable. Stage::kUsage where .netrc can't be read.
  Result<Request> request_to(const net::Url& url, std::int64_t now, std::string client_nonce);
  std::string cookies_for(const net::Url& url, std::int64_t now) const;
  /// The origin is that of the first URL, for which the options were given.
  bool home(const net::Url& url) const;
  /// Something that the user gave does not go to this server.
  bool withholds(const net::Url& url) const;

  const CookieJar& cookies() const { return jar_; }
  void take_cookies(const ws::ResponseHead& head, const net::Url& url, std::int64_t now);
  /// True: a challenge that the next request to `url` will answer.
  bool take_challenge(const ws::ResponseHead& head, const net::Url& url);
  /// Of a refusal: why no user and password would be taken; "" where they might.
  std::string why_no_answer(const ws::ResponseHead& head, const net::Url& url) const;

 private:
  Result<std::optional<Login>> login_for(const net::Url& url) const;
  bool has_own_authorization(const net::Url& url) const;

  HandshakeOptions options_;
  net::Url first_;
  Netrc netrc_;
  CookieJar jar_;
  std::optional<net::DigestChallenge> challenge_;
  net::Url challenger_;
  std::uint32_t answers_ = 0;  // to this nonce
  bool renewed_ = false;       // a stale nonce was replaced
};

/// Asks on the terminal for the password that --auth USER left out, unless .netrc has it for `url`;
/// none: the servers are not known yet.
Result<void> ask_for_password(HandshakeOptions& options, const std::optional<net::Url>& url);

}  // namespace wscope::session
