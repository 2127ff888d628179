#include "net/http_digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/byte_text.h"
#include "base/escape.h"
#include "base/http_field.h"

namespace wscope::net {
namespace {

struct Challenge {
  std::string scheme;                                           // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case

  std::optional<std::string> find(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
};

/// Reads challenges off the front of a header's value (RFC 9110 11.2); stops at what is none.
class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : rest_(text) {}

  std::vector<Challenge> read() {
    std::vector<Challenge> challenges;
    for (;;) {
      skip(" \t,");
      std::string name = token();
      if (name.empty()) return challenges;
      skip(" \t");
      if (!rest_.empty() && rest_.front() == '=' && !challenges.empty()) {
        rest_.remove_prefix(1);
        skip(" \t");
        challenges.back().parameters.emplace_back(lower_case(name), value());
      } else {
        challenges.push_back({lower_case(name), {}});
        skip_token68();
      }
    }
  }

 private:
  void skip(std::string_view what) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(what), rest_.size()));
  }
  std::string token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_char);
    std::string out(rest_.begin(), end);
    rest_.remove_prefix(out.size());
    return out;
  }
  std::string value() {
    if (rest_.empty() || rest_.front() != '"') return token();
    std::string out;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    if (!rest_.empty()) rest_.remove_prefix(1);
    return out;
  }
  /// "Negotiate YII…==": one word in place of parameters.
  void skip_token68() {
    const std::size_t size = std::min(rest_.find_first_of(" \t,"), rest_.size());
    const std::string_view word = rest_.substr(0, size);
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos || equals == 0) return;
    if (word.find_first_not_of('=', equals) != std::string_view::npos) return;
    // `realm= "x"`: a parameter with white space behind its "=" (BWS, RFC 9110 11.2).
    const std::size_t next = rest_.find_first_not_of(" \t", size);
    if (next == std::string_view::npos || rest_[next] == ',') rest_.remove_prefix(size);
  }

  std::string_view rest_;
};

constexpr std::string_view kSession = "-sess";

bool is_session(std::string_view algorithm) {
  return algorithm.size() > kSession.size() &&
         equal_ignoring_case(algorithm.substr(algorithm.size() - kSession.size()), kSession);
}

std::optional<DigestAlgorithm> algorithm_of(std::string_view name) {
  if (is_session(name)) name.remove_suffix(kSession.size());
  if (name.empty() || equal_ignoring_case(name, "md5")) return DigestAlgorithm::kMd5;
  if (equal_ignoring_case(name, "sha-256")) return DigestAlgorithm::kSha256;
  if (equal_ignoring_case(name, "sha-512-256")) return DigestAlgorithm::kSha512_256;
  return std::nullopt;
}

/// What keeps us from answering a Digest challenge; "" when nothing does.
std::string fault_of(const Challenge& digest) {
  constexpr std::size_t kLongest = 40;
  if (!digest.find("nonce")) return "it has no nonce";
  const std::string algorithm = digest.find("algorithm").value_or("");
  if (!algorithm_of(algorithm)) return "its algorithm is \"" + printable(algorithm, kLongest) + '"';
  // auth-int alone: there is no body to protect.
  const auto qop = digest.find("qop");
  if (qop && !list_has(*qop, "auth")) return "its qop is \"" + printable(*qop, kLongest) + '"';
  return {};
}

std::optional<DigestChallenge> understood(const Challenge& challenge) {
  if (challenge.scheme != "digest" || !fault_of(challenge).empty()) return std::nullopt;
  DigestChallenge out;
  out.realm = challenge.find("realm").value_or("");
  out.nonce = challenge.find("nonce").value_or("");
  out.opaque = challenge.find("opaque");
  out.algorithm_name = challenge.find("algorithm").value_or("");
  out.algorithm = algorithm_of(out.algorithm_name).value_or(DigestAlgorithm::kMd5);
  out.session = is_session(out.algorithm_name);
  out.qop_auth = challenge.find("qop").has_value();
  out.stale = equal_ignoring_case(challenge.find("stale").value_or(""), "true");
  out.userhash = equal_ignoring_case(challenge.find("userhash").value_or(""), "true");
  return out;
}

std::string hashed(DigestAlgorithm algorithm, const std::string& text) {
  const EVP_MD* kind = algorithm == DigestAlgorithm::kMd5      ? EVP_md5()
                       : algorithm == DigestAlgorithm::kSha256 ? EVP_sha256()
                                                               : EVP_sha512_256();
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes, &size, kind, nullptr) != 1) return {};
  std::string out;
  append_hex(out, {reinterpret_cast<const char*>(bytes), size});
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::optional<DigestChallenge> strongest_challenge(const std::vector<std::string>& values) {
  std::optional<DigestChallenge> best;
  for (const std::string& value : values) {
    if (breaks_line(value)) continue;
    for (const Challenge& challenge : ChallengeReader(value).read()) {
      auto one = understood(challenge);
      if (!one) continue;
      if (!best || one->algorithm > best->algorithm) best = std::move(one);
    }
  }
  return best;
}

std::vector<std::string> challenge_schemes(const std::vector<std::string>& values) {
  std::vector<std::string> schemes;
  for (const std::string& value : values) {
    for (const Challenge& challenge : ChallengeReader(value).read()) {
      schemes.push_back(challenge.scheme);
    }
  }
  return schemes;
}

std::string why_unanswerable(const std::vector<std::string>& values) {
  std::string why;
  for (const std::string& value : values) {
    for (const Challenge& challenge : ChallengeReader(value).read()) {
      const bool digest = challenge.scheme == "digest";
      if (challenge.scheme == "basic" || challenge.scheme == "bearer") return {};
      const std::string fault = digest ? fault_of(challenge) : std::string();
      if (digest && fault.empty()) return {};
      if (!why.empty()) continue;
      why = digest ? "wscope can't answer the server's Digest challenge: " + fault
                   : "the server wants " + printable(challenge.scheme, 40) +
                         ": wscope speaks Basic, Digest and Bearer";
    }
  }
  return why;
}

std::optional<std::string> digest_authorization(const DigestChallenge& challenge,
                                                const DigestRequest& request) {
  if (breaks_line(request.user)) return std::nullopt;
  const auto h = [&challenge](const std::string& text) {
    return hashed(challenge.algorithm, text);
  };
  // RFC 7616 3.4.2 and 3.4.3.
  std::string secret = h(request.user + ":" + challenge.realm + ":" + request.password);
  if (challenge.session) secret = h(secret + ":" + challenge.nonce + ":" + request.client_nonce);
  const std::string action = h(request.method + ":" + request.uri);
  char count[9];
  std::snprintf(count, sizeof count, "%08x", static_cast<unsigned>(request.count));
  // RFC 7616 3.4.1; without qop as in RFC 2069.
  const std::string between =
      challenge.qop_auth ? std::string(count) + ":" + request.client_nonce + ":auth:" : "";
  const std::string response = h(secret + ":" + challenge.nonce + ":" + between + action);
  if (response.empty()) return std::nullopt;

  const std::string user =
      challenge.userhash ? h(request.user + ":" + challenge.realm) : request.user;
  std::string out = "Digest username=" + quoted(user) + ", realm=" + quoted(challenge.realm) +
                    ", uri=" + quoted(request.uri);
  if (!challenge.algorithm_name.empty()) out += ", algorithm=" + challenge.algorithm_name;
  out += ", nonce=" + quoted(challenge.nonce);
  if (challenge.qop_auth) out += std::string(", nc=") + count;
  if (challenge.qop_auth || challenge.session) out += ", cnonce=" + quoted(request.client_nonce);
  if (challenge.qop_auth) out += ", qop=auth";
  out += ", response=" + quoted(response);
  if (challenge.opaque) out += ", opaque=" + quoted(*challenge.opaque);
  if (challenge.userhash) out += ", userhash=true";
  return out;
}

}  // namespace wscope::net
