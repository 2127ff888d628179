// Redirect: a Location header → the URL to go to next (RFC 3986 5.2, RFC 9110 10.2.2).
//
// redirect_target() resolves what the server said against where we are; http and https become ws
// and wss, a fragment is dropped. Stage::kHandshake where no URL comes out of it. A RedirectChain
// holds the way gone so far, and refuses the step that goes round in a loop or beyond the limit.
// Pure. No text of it holds user info.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "net/url.h"

namespace wscope::session {

/// 301, 302, 303, 307, 308: the answers whose Location is where to ask again (RFC 9110 15.4).
bool is_redirect(int status);

Result<net::Url> redirect_target(const net::Url& from, std::string_view location);

/// Scheme, host and port, or scheme and socket (RFC 6454 4).
bool same_origin(const net::Url& a, const net::Url& b);
/// "wss://example.com:8443", "ws+unix:/path".
std::string origin_in_words(const net::Url& url);

class RedirectChain {
 public:
  explicit RedirectChain(int limit) : limit_(limit) {}

  /// Begins with the request to `first`, which is sent with these cookies.
  void begin(const net::Url& first, const std::string& cookies);
  /// One more step. The same URL again is no loop where the cookies have changed since.
  Result<void> add(int status, const net::Url& to, const std::string& cookies);
  bool empty() const { return steps_.size() < 2; }
  /// "redirected: ws://a/ -> 302 ws://b/ -> 307 ws://c/".
  std::string in_words() const;

 private:
  struct Step {
    std::string words;
    std::string key;  // what makes a request the same as an earlier one
  };
  int limit_;
  std::vector<Step> steps_;
};

}  // namespace wscope::session
