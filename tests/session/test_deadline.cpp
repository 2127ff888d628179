#include <doctest/doctest.h>

#include <asio/io_context.hpp>
#include <limits>

#include "session/deadline.h"

using wscope::session::Deadline;

TEST_CASE("a wait that no clock can count is not over at once") {
  for (const double seconds : {1e10, 1e300, std::numeric_limits<double>::infinity()}) {
    CAPTURE(seconds);
    asio::io_context loop(1);
    Deadline far(loop);
    Deadline near(loop);
    bool expired = false;
    far.start(seconds, [&] { expired = true; });
    near.start(0, [&] { loop.stop(); });
    loop.run();
    loop.restart();
    loop.poll();
    CHECK_FALSE(expired);
    CHECK(far.running());
  }
}
