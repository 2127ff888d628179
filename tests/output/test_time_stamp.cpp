#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

#include "output/time_stamp.h"
#include "support.h"

using namespace wscope;
using namespace wscope::output;

namespace {

std::string stamp(TimeStamper& stamper) {
  std::string out;
  stamper.append(out);
  return out;
}

}  // namespace

TEST_CASE("utc is RFC 3339 with milliseconds, across seconds and days") {
  FakeClock clock;
  TimeStamper stamper(Timestamps::kUtc, clock);
  CHECK(stamp(stamper) == "2026-07-14T08:11:12.345Z ");
  clock.at(0.6549);
  CHECK(stamp(stamper) == "2026-07-14T08:11:12.999Z ");
  clock.at(0.655);
  CHECK(stamp(stamper) == "2026-07-14T08:11:13.000Z ");
  clock.at(86400);
  CHECK(stamp(stamper) == "2026-07-15T08:11:12.345Z ");
}

TEST_CASE("local follows the time zone") {
  const char* before = std::getenv("TZ");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("TZ", "XST-2:30", 1);
  ::tzset();
  FakeClock clock;
  TimeStamper stamper(Timestamps::kLocal, clock);
  CHECK(stamp(stamper) == "10:41:12.345 ");
  clock.at(60.005);
  CHECK(stamp(stamper) == "10:42:12.350 ");
  before != nullptr ? ::setenv("TZ", kept.c_str(), 1) : ::unsetenv("TZ");
  ::tzset();
}

TEST_CASE("relative counts from the start, delta from the last line or touch") {
  FakeClock clock;
  TimeStamper relative(Timestamps::kRelative, clock);
  TimeStamper delta(Timestamps::kDelta, clock);
  clock.at(1.5);
  CHECK(stamp(relative) == "   1.500 ");
  CHECK(stamp(delta) == "  +1.500 ");
  clock.at(2.25);
  CHECK(stamp(relative) == "   2.250 ");
  CHECK(stamp(delta) == "  +0.750 ");
  clock.at(3);
  delta.touch();
  clock.at(3.004);
  CHECK(stamp(delta) == "  +0.004 ");
}

TEST_CASE("no stamp where none is asked for") {
  FakeClock clock;
  TimeStamper stamper(Timestamps::kNone, clock);
  CHECK_FALSE(stamper.enabled());
  CHECK(stamp(stamper) == "");
}
