// Stapled OCSP responses, by OpenSSL's own test server; and old PKCS#12 files, by its command.
#include <doctest/doctest.h>
#include <openssl/ocsp.h>

#include "certificates.h"
#include "dialling.h"
#include "server_process.h"

using namespace test;

namespace {

/// A DER response about `subject`, signed by `signer`; times in days from now.
std::string response_about(const Certificate& subject, const Certificate& issuer,
                           const Certificate& signer, int status, int begin = -1, int end = 1,
                           unsigned long flags = 0) {
  OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
  OCSP_CERTID* id = OCSP_cert_to_id(EVP_sha1(), subject.x509, issuer.x509);
  ASN1_TIME* from = X509_gmtime_adj(nullptr, 86400L * begin);
  ASN1_TIME* to = X509_gmtime_adj(nullptr, 86400L * end);
  const bool revoked = status == V_OCSP_CERTSTATUS_REVOKED;
  OCSP_basic_add1_status(basic, id, status, revoked ? OCSP_REVOKED_STATUS_KEYCOMPROMISE : 0,
                         revoked ? from : nullptr, from, to);
  OCSP_basic_sign(basic, signer.x509, signer.key, EVP_sha256(), nullptr, flags);
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(response, &der);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  OCSP_RESPONSE_free(response);
  OCSP_CERTID_free(id);
  OCSP_BASICRESP_free(basic);
  ASN1_TIME_free(from);
  ASN1_TIME_free(to);
  return out;
}

std::string try_later() {
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, nullptr);
  unsigned char* der = nullptr;
  const int size = i2d_OCSP_RESPONSE(response, &der);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  OCSP_RESPONSE_free(response);
  return out;
}

}  // namespace

TEST_CASE("tls: a stapled OCSP response is checked") {
  TemporaryFolder folder;
  const Certificate authority = make_authority("Staple CA");
  const Certificate stranger = make_authority("Stranger");
  const Certificate leaf = make_certificate({}, &authority);
  const Certificate other = make_certificate({}, &authority);
  const std::string ca_file = folder.write("ca.pem", authority.pem());
  const std::string cert = folder.write("c.pem", leaf.pem());
  const std::string key = folder.write("k.pem", leaf.key_pem());
  struct Row {
    const char* name;
    std::string response;
    const char* message;  // nullptr: accepted
  };
  const Row rows[] = {
      {"good", response_about(leaf, authority, authority, V_OCSP_CERTSTATUS_GOOD), nullptr},
      {"good, without the certificate of who signed it",
       response_about(leaf, authority, authority, V_OCSP_CERTSTATUS_GOOD, -1, 1, OCSP_NOCERTS),
       nullptr},
      {"try later", try_later(), nullptr},
      {"revoked", response_about(leaf, authority, authority, V_OCSP_CERTSTATUS_REVOKED),
       "says that it was revoked on "},
      {"unknown", response_about(leaf, authority, authority, V_OCSP_CERTSTATUS_UNKNOWN),
       "says that its status is unknown"},
      {"stale", response_about(leaf, authority, authority, V_OCSP_CERTSTATUS_GOOD, -9, -2),
       "is out of date ("},
      {"forged", response_about(leaf, authority, stranger, V_OCSP_CERTSTATUS_GOOD),
       "isn't signed by the certificate's issuer"},
      {"another's", response_about(other, authority, authority, V_OCSP_CERTSTATUS_GOOD),
       "is about another certificate"},
  };
  for (const Row& row : rows) {
    for (const char* version : {"-tls1_2", "-tls1_3"}) {
      CAPTURE(row.name);
      CAPTURE(version);
      const std::string status = folder.write("status.der", row.response);
      const ServerProcess server([&](const std::string& port) -> std::vector<std::string> {
        return {"openssl",      "s_server", "-accept", "127.0.0.1:" + port,
                "-cert",        cert,       "-key",    key,
                "-status_file", status,     version,   "-quiet",
                "-naccept",     "9"};
      });
      REQUIRE_MESSAGE(server.running(), "openssl s_server doesn't start");
      asio::io_context loop;
      Dialler client(loop);
      client.tls.ca_file = ca_file;
      const auto error = client.dial("wss://127.0.0.1:" + server.port());
      if (row.message == nullptr) {
        CHECK_MESSAGE(!error, error->message);
        continue;
      }
      REQUIRE(error);
      CHECK(error->stage == Stage::kTls);
      CHECK_MESSAGE(contains(error->message,
                             "its certificate (CN=localhost): the stapled OCSP "
                             "response " +
                                 std::string(row.message)),
                    error->message);
      CHECK(contains(error->hint, "-k"));

      Dialler careless(loop);
      careless.tls.verify = false;
      CHECK_FALSE(careless.dial("wss://127.0.0.1:" + server.port()));
    }
  }
}

TEST_CASE("tls: who trusts the certificate itself knows no issuer to judge a response by") {
  TemporaryFolder folder;
  const Certificate authority = make_authority("Staple CA");
  const Certificate leaf = make_certificate({}, &authority);
  const std::string cert = folder.write("c.pem", leaf.pem());
  const std::string key = folder.write("k.pem", leaf.key_pem());
  const std::string status = folder.write(
      "status.der", response_about(leaf, authority, authority, V_OCSP_CERTSTATUS_GOOD));
  const ServerProcess server([&](const std::string& port) -> std::vector<std::string> {
    return {"openssl",      "s_server", "-accept", "127.0.0.1:" + port, "-cert", cert, "-key", key,
            "-status_file", status,     "-quiet",  "-naccept",          "9"};
  });
  REQUIRE_MESSAGE(server.running(), "openssl s_server doesn't start");
  asio::io_context loop;
  Dialler client(loop);
  client.tls.ca_file = cert;
  const auto error = client.dial("wss://127.0.0.1:" + server.port());
  CHECK_MESSAGE(!error, error->message);
}

TEST_CASE("tls: a PKCS#12 file of the old kind (RC2, 3DES) is read") {
  TemporaryFolder folder;
  const Certificate mine = make_certificate({});
  const std::string pem = folder.write("m.pem", mine.pem() + mine.key_pem());
  const std::string command = "openssl pkcs12 -export -legacy -in " + pem + " -out " +
                              (folder / "old.p12") + " -passout pass:sesame 2>/dev/null";
  REQUIRE(std::system(command.c_str()) == 0);
  asio::io_context loop;
  wscope::TlsOptions tls;
  tls.cert_file = folder / "old.p12";
  tls.passphrase = "sesame";
  const Listener server(loop, tls);
  CHECK_MESSAGE(!server.error, server.error->message);
}
