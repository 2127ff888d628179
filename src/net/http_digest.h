// HTTP Digest authentication (RFC 7616): a challenge and credentials → an Authorization value.
//
// strongest_challenge() reads WWW-Authenticate values (RFC 9110 11.6.1: several challenges in one
// value, in any order) and picks the best Digest challenge that can be answered: SHA-512/256,
// SHA-256 or MD5, also as -sess, with qop auth or, as RFC 2069 had it, none. Nothing where there is
// none. digest_authorization() answers it for one request. Pure: the client nonce is given. Texts
// of the server that can't stand in a header are refused (nothing). challenge_schemes() and
// why_unanswerable() are for who has to explain a refusal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wscope::net {

enum class DigestAlgorithm { kMd5, kSha256, kSha512_256 };

struct DigestChallenge {
  std::string realm;
  std::string nonce;
  std::optional<std::string> opaque;
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  std::string algorithm_name;  // as sent; empty when it was not
  bool session = false;        // the algorithm ends in -sess
  bool qop_auth = false;
  bool stale = false;  // the credentials were right, the nonce was too old
  bool userhash = false;
};

std::optional<DigestChallenge> strongest_challenge(const std::vector<std::string>& values);

/// "basic", "digest" …: lower case, in the order they came.
std::vector<std::string> challenge_schemes(const std::vector<std::string>& values);
/// Why no user and password would do, made safe to show; "" where they may, or where a token does
/// (Bearer), or nothing is asked for.
std::string why_unanswerable(const std::vector<std::string>& values);

struct DigestRequest {
  std::string method = "GET";
  std::string uri;  // the request target
  std::string user;
  std::string password;
  std::string client_nonce;
  std::uint32_t count = 1;  // of requests with this nonce
};

/// "Digest username=…"; nothing where the user name can't be said in a header, or OpenSSL has no
/// such algorithm (MD5 under FIPS).
std::optional<std::string> digest_authorization(const DigestChallenge& challenge,
                                                const DigestRequest& request);

}  // namespace wscope::net
