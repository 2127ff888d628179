// The clocks of the bench tools: plain seconds as doubles, no state.
#pragma once

namespace bench {

/// Seconds of the machine's monotonic clock, the same in every process.
double now();
/// CPU seconds (user and system) of this process.
double cpu_seconds();

}  // namespace bench
