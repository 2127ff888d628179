#include <doctest/doctest.h>

#include "net/http_digest.h"

using namespace wscope::net;

namespace {

// RFC 7616 3.9.1.
const std::string kMd5 =
    "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, "
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
    "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
const std::string kSha256 =
    "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=SHA-256, "
    "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
    "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

DigestRequest mufasa() {
  return {"GET",
          "/dir/index.html",
          "Mufasa",
          "Circle of Life",
          "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
          1};
}

std::string answer(const std::string& challenge, const DigestRequest& request = mufasa()) {
  const auto parsed = strongest_challenge({challenge});
  if (!parsed) return "none";
  return digest_authorization(*parsed, request).value_or("refused");
}

}  // namespace

TEST_CASE("the examples of RFC 7616 3.9.1") {
  CHECK(answer(kMd5) ==
        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", "
        "algorithm=MD5, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
        "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
        "response=\"8ca523f5e9506fed4657c9700eebdbec\", "
        "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
  CHECK(answer(kSha256).find(
            "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"") !=
        std::string::npos);
}

TEST_CASE("RFC 2069: no qop, no algorithm") {
  // RFC 2617 3.5 with the response RFC 2069 computes for it.
  const std::string value =
      answer("Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
             {"GET", "/dir/index.html", "Mufasa", "CircleOfLife", "unused", 1});
  CHECK(value ==
        "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", uri=\"/dir/index.html\", "
        "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
        "response=\"1949323746fe6a43ef61f9606e7febea\"");
}

TEST_CASE("the strongest that can be answered is taken, wherever it stands") {
  const auto algorithm = [](const std::vector<std::string>& values) {
    const auto challenge = strongest_challenge(values);
    return challenge ? challenge->algorithm_name : "none";
  };
  CHECK(algorithm({kMd5, kSha256}) == "SHA-256");
  CHECK(algorithm({kSha256 + ", " + kMd5}) == "SHA-256");
  CHECK(algorithm({"Basic realm=\"a, Digest b\", " + kMd5}) == "MD5");
  CHECK(algorithm({"Negotiate YII+/w==, " + kMd5}) == "MD5");
  CHECK(algorithm({"Negotiate, " + kMd5}) == "MD5");
  CHECK(algorithm({"Negotiate YII=\t, " + kMd5}) == "MD5");
  CHECK(algorithm({"Digest realm= \"r\", nonce =\t\"n\", algorithm=MD5"}) == "MD5");
  CHECK(algorithm({"digest NONCE=n , Algorithm = sha-256-SESS"}) == "sha-256-SESS");
  CHECK(algorithm({"Digest nonce=n, algorithm=SHA-512-256", kSha256}) == "SHA-512-256");
  CHECK(algorithm({"Digest nonce=n, algorithm=SHA3"}) == "none");
  CHECK(algorithm({"Digest nonce=n, qop=\"auth-int\""}) == "none");
  CHECK(algorithm({"Digest realm=x"}) == "none");
  CHECK(algorithm({"Basic realm=x"}) == "none");
  CHECK(algorithm({"", ",,,", "=", "\"", "Digest \"", "a=b"}) == "none");
}

TEST_CASE("stale, userhash, -sess and quoting") {
  const auto challenge = strongest_challenge(
      {"Digest realm=\"say \\\"hi\\\"\", nonce=\"n\", stale=TRUE, userhash=true, "
       "algorithm=MD5-sess, qop=auth"});
  REQUIRE(challenge);
  CHECK(challenge->stale);
  CHECK(challenge->session);
  const auto value = digest_authorization(*challenge, mufasa());
  REQUIRE(value);
  CHECK(value->find("realm=\"say \\\"hi\\\"\"") != std::string::npos);
  CHECK(value->find("userhash=true") != std::string::npos);
  CHECK(value->find("Mufasa") == std::string::npos);
  auto broken = mufasa();
  broken.user = "a\r\nX: y";
  CHECK(!digest_authorization(*challenge, broken));
  auto third = mufasa();
  third.count = 0x1f;
  CHECK(digest_authorization(*challenge, third)->find("nc=0000001f") != std::string::npos);
}

TEST_CASE("why there is no answer") {
  const auto why = [](const std::string& value) { return why_unanswerable({value}); };
  const std::string digest = "wscope can't answer the server's Digest challenge: ";
  CHECK(why("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"") ==
        digest + "its qop is \"auth-int\"");
  CHECK(why("Digest realm=\"r\", nonce=\"n\", algorithm=FOO") ==
        digest + "its algorithm is \"FOO\"");
  CHECK(why("Digest realm=\"r\"") == digest + "it has no nonce");
  CHECK(why("NTLM, Digest realm=\"r\"") ==
        "the server wants ntlm: wscope speaks Basic, Digest and Bearer");
  for (const char* good : {"", "Basic", "Bearer", "Digest realm=\"r\", Basic realm=\"r\"",
                           "Digest algorithm=FOO, nonce=n, Digest algorithm=MD5-sess, nonce=n, "
                           "qop=\"auth-int, auth\""}) {
    CAPTURE(good);
    CHECK(why(good) == "");
  }
  CHECK(why_unanswerable({"Digest realm=\"r\"", "Basic"}) == "");
  CHECK(why_unanswerable({}) == "");
  CHECK(challenge_schemes({"Negotiate YII==, Digest a=b", "NTLM"}) ==
        std::vector<std::string>{"negotiate", "digest", "ntlm"});
}
