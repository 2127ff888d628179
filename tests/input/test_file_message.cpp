#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "input/file_message.h"

using namespace wscope::input;

namespace {

struct Folder {
  Folder() {
    char name[] = "/tmp/wscope-file-XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

}  // namespace

TEST_CASE("a file is a message: text where it is UTF-8") {
  const Folder folder;
  const std::string path = folder.path + "/file";
  std::ofstream(path) << "a\nb";
  CHECK(read_file_message(path, false)->data == "a\nb");
  CHECK(read_file_message(path, false)->text);
  CHECK_FALSE(read_file_message(path, true)->text);
  std::ofstream(path) << "\xff";
  CHECK_FALSE(read_file_message(path, false)->text);
}

TEST_CASE("what is no regular file is refused, with a writer and without") {
  const Folder folder;
  const std::string path = folder.path + "/fifo";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const std::string refusal = "can't read " + path + ": not a regular file: not sent";
  CHECK(read_file_message(path, false).error().message == refusal);
  const int both = open(path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(both >= 0);
  CHECK(read_file_message(path, false).error().message == refusal);
  close(both);
  CHECK(read_file_message(folder.path, false).error().message ==
        "can't read " + folder.path + ": Is a directory: not sent");
}
