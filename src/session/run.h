// run: carries out what the options ask for, from the first name to the last byte.
//
// Client, listener or the embedded echo server with a client. Returns the exit status of a run that
// ended as the user wanted (0, or 130/143 on signals), or the one Error that main prints.
#pragma once

#include "base/error.h"
#include "base/options.h"

namespace wscope::session {

Result<ExitStatus> run(const Options& options);

}  // namespace wscope::session
