// Secrets in a configuration: what is one, and who may read a file that holds one.
//
// Pure. A secret that stands in the file itself (a password, a token, a passphrase, a Cookie …)
// asks for a file that nobody else can read; a reference is no secret. A file that everybody can
// write to is refused always: it can name commands to run.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.h"
#include "cli/config_file.h"

namespace wscope::cli {

bool is_secret(const OptionRow& row, const std::string& value);

/// The value as it may be shown: "Authorization: …", "ann:…", "…".
std::string without_secret(const OptionRow& row, const std::string& value);

/// `mode` as of stat(2). Stage::kUsage, with a hint.
Result<void> check_privacy(const Config& config, const std::string& file, mode_t mode);

}  // namespace wscope::cli
