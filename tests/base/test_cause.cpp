#include <doctest/doctest.h>

#include <cerrno>

#include "base/cause.h"

using wscope::cause_of;
using wscope::lower_first;

TEST_CASE("the system's words go on with a sentence") {
  CHECK(cause_of(ENOENT) == "no such file or directory");
  CHECK(cause_of(EIO) == "input/output error");
  CHECK(cause_of(EISDIR) == "is a directory");
  CHECK(cause_of(std::make_error_code(std::errc::connection_refused)) == "connection refused");
}

TEST_CASE("an abbreviation stays as it is") {
  CHECK(lower_first("Connection refused") == "connection refused");
  CHECK(lower_first("TLS failed") == "TLS failed");
  CHECK(lower_first("I/O failed") == "I/O failed");
  CHECK(lower_first("already lower") == "already lower");
  CHECK(lower_first("A") == "A");
  CHECK(lower_first("") == "");
}
