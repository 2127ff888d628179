// TlsContext: TlsOptions → an SSL_CTX, made once and shared by all handshakes of a run.
//
// Reads every file the options name, asks for a passphrase where one is needed, and checks the
// values: a wrong one is Stage::kUsage and names the option. Only made where TLS is used, since it
// costs a millisecond or so. The system's store is looked up certificate by certificate where it is
// a hashed directory: reading all of it would cost ten times as much. Loop thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/options.h"
#include "base/unique_fd.h"

struct ssl_ctx_st;

namespace wscope::net {

class TlsContext {
 public:
  enum class Role { kClient, kProxyClient, kServer };

  static Result<std::shared_ptr<TlsContext>> create(const TlsOptions& options, Role role);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* native() const { return context_; }
  bool verify() const { return verify_; }
  const std::string& ca_file() const { return ca_file_; }
  const std::string& server_name() const { return server_name_; }
  /// "sha256//BASE64" each.
  const std::vector<std::string>& pins() const { return pins_; }
  /// One line of SSLKEYLOGFILE's format.
  void log_key(const char* line);
  /// Why a key that --keylog asks for could not be logged; 0: all were. errno's.
  int key_log_fault() const { return key_log_fault_; }

 private:
  TlsContext() = default;

  ssl_ctx_st* context_ = nullptr;
  bool verify_ = true;
  std::string ca_file_;
  std::string server_name_;
  std::vector<std::string> pins_;
  UniqueFd key_log_;
  bool key_log_asked_ = false;  // else a variable, set for a browser, which must not stop a run
  int key_log_fault_ = 0;
};

}  // namespace wscope::net
