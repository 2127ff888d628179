// report_error: the one error of a run on stderr, when everything else is done.
//
// Errors quote what servers sent: none of it may drive a terminal, or pass for a line of ours. Who
// ran out of time (Stage::kTimeout) does not wait for a full stderr either.
#pragma once

#include "base/error.h"

namespace wscope::output {

void report_error(const Error& error);

}  // namespace wscope::output
