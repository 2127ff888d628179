// tls_identity: --cert, --key and --passphrase → the certificate and key that an SSL_CTX shows.
//
// The certificate file is PEM (the chain follows the certificate), PKCS#12 (with chain and key) or
// one DER certificate; the key stands in its own file or in the certificate's. A passphrase is
// asked for on the terminal when the key needs one and none was given. Failures are Stage::kUsage
// and name the file. For the .cpp files of this folder only.
#pragma once

#include <string>

#include "base/error.h"
#include "base/options.h"

struct ssl_ctx_st;

namespace wscope::net {

Result<void> load_identity(ssl_ctx_st* context, const TlsOptions& options);

/// A whole file; `what` names its kind in the error: "certificate", "key".
Result<std::string> read_tls_file(const std::string& path, const std::string& what);

}  // namespace wscope::net
