#include "output/error_report.h"

#include <unistd.h>

#include <optional>

#include "base/error_lines.h"
#include "output/output_stream.h"

namespace wscope::output {

void report_error(const Error& error) {
  OutputStream err(STDERR_FILENO);
  err.put(error_lines(error, true));
  const bool late = error.stage == Stage::kTimeout;
  err.drain(late ? std::optional(OutputStream::kLastPatience) : std::nullopt);
}

}  // namespace wscope::output
