#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "input/file_message.h"
#include "support/temporary_folder.h"

using namespace wscope::input;

TEST_CASE("a file is a message: text where it is UTF-8") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  std::ofstream(path) << "a\nb";
  CHECK(read_file_message(path, false)->data == "a\nb");
  CHECK(read_file_message(path, false)->text);
  CHECK_FALSE(read_file_message(path, true)->text);
  std::ofstream(path) << "\xff";
  CHECK_FALSE(read_file_message(path, false)->text);
}

TEST_CASE("what is no regular file is refused, with a writer and without") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "fifo";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const std::string refusal = "can't read " + path + ": not a regular file: not sent";
  CHECK(read_file_message(path, false).error().message == refusal);
  const int both = open(path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(both >= 0);
  CHECK(read_file_message(path, false).error().message == refusal);
  close(both);
  CHECK(read_file_message(folder / ".", false).error().message ==
        "can't read " + folder / "." + ": is a directory: not sent");
}

TEST_CASE("who only reads a file is not told that nothing was sent") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "file";
  CHECK(read_whole_file(path).error().message ==
        "can't read " + path + ": no such file or directory");
  CHECK(read_whole_file(folder / ".").error().message ==
        "can't read " + folder / "." + ": is a directory");
  std::ofstream(path) << "a\xff";
  CHECK(*read_whole_file(path) == "a\xff");
}
