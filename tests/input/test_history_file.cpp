#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "input/history_file.h"
#include "support/temporary_folder.h"

using namespace wscope::input;

namespace {

struct Folder : test::TemporaryFolder {
  std::string file() const { return *this / "state/wscope/history"; }
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("what was appended is loaded, by another instance, each text once") {
  const Folder folder;
  HistoryFile first(folder.file(), "a:1");
  CHECK(first.load().value() == Texts{});
  for (const char* text : {"one", "two\nlines\\n", "one", "three"}) {
    REQUIRE(first.append(text).has_value());
  }
  CHECK(HistoryFile(folder.file(), "a:1").load().value() == Texts{"two\nlines\\n", "one", "three"});
  CHECK(content_of(folder.file()) == "a:1\tone\na:1\ttwo\\nlines\\\\n\na:1\tone\na:1\tthree\n");
}

TEST_CASE("this host's entries come last, where going back begins") {
  const Folder folder;
  const HistoryFile a(folder.file(), "a"), b(folder.file(), "b");
  for (const char* text : {"a1", "both"}) REQUIRE(a.append(text).has_value());
  for (const char* text : {"b1", "both"}) REQUIRE(b.append(text).has_value());
  REQUIRE(a.append("a2").has_value());
  CHECK(a.load().value() == Texts{"b1", "both", "a1", "a2"});
  CHECK(b.load().value() == Texts{"a1", "a2", "b1", "both"});
}

TEST_CASE("the file is the user's alone") {
  const Folder folder;
  const HistoryFile history(folder.file(), "a");
  REQUIRE(history.append("x").has_value());
  struct stat status {};
  REQUIRE(stat(folder.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(stat((folder / "state/wscope").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  chmod(folder.file().c_str(), 0644);
  REQUIRE(history.append("y").has_value());
  REQUIRE(stat(folder.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("torn and foreign lines are passed over and do no harm to new ones") {
  const Folder folder;
  const HistoryFile history(folder.file(), "a");
  REQUIRE(history.append("good").has_value());
  std::ofstream(folder.file(), std::ios::app) << "no tab\n\t\n\n"
                                              << "a\ttor";
  REQUIRE(history.append("after").has_value());
  CHECK(history.load().value() == Texts{"good", "tor", "after"});
}

TEST_CASE("several instances at once lose nothing") {
  const Folder folder;
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w) {
    writers.emplace_back([&folder, w] {
      const HistoryFile history(folder.file(), "h" + std::to_string(w));
      for (int i = 0; i < 50; ++i) {
        (void)history.append(std::to_string(w) + "-" + std::to_string(i));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(HistoryFile(folder.file(), "h0").load().value().size() == 200);
}

TEST_CASE("the file stays bounded, and keeps the newest") {
  const Folder folder;
  const HistoryFile history(folder.file(), "a");
  const std::string filler(8000, 'x');
  for (int i = 0; i < 400; ++i) {
    REQUIRE(history.append(std::to_string(i) + filler).has_value());
  }
  CHECK(std::filesystem::file_size(folder.file()) < (std::size_t{2} << 20) + 20000);
  const Texts texts = history.load().value();
  CHECK(texts.size() > 100);
  CHECK(texts.back() == "399" + filler);
  CHECK_FALSE(std::filesystem::exists(folder.file() + ".new"));
}

TEST_CASE("a file that can't be written or is locked for long is told, with what to do") {
  const Folder folder;
  std::filesystem::create_directories(folder.file());  // a directory in the file's place
  const HistoryFile history(folder.file(), "a");
  CHECK(history.append("x").error().message ==
        "can't write the history " + folder.file() + ": is a directory");
  CHECK(history.append("x").error().hint == "--no-history does without");
  CHECK(history.load().error().message ==
        "can't read the history " + folder.file() + ": is a directory");
  const std::string path = folder / "locked";
  const HistoryFile locked(path, "a");
  REQUIRE(locked.append("x").has_value());
  const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(flock(fd, LOCK_EX) == 0);
  CHECK_FALSE(locked.append("y").has_value());
  close(fd);
  CHECK(locked.append("z").has_value());
}

TEST_CASE("what is no regular file is never waited for, and keeps its mode") {
  const Folder folder;
  const std::string fifo = folder / "fifo";
  const std::string path = folder / "history";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  REQUIRE(chmod(fifo.c_str(), 0622) == 0);
  REQUIRE(symlink(fifo.c_str(), path.c_str()) == 0);
  const HistoryFile history(path, "a");
  CHECK(history.load().value() == Texts{});
  CHECK(history.append("nobody reads").has_value());
  const int reader = open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  REQUIRE(history.append("one").has_value());
  char got[64];
  const ssize_t size = read(reader, got, sizeof got);
  CHECK(std::string(got, static_cast<std::size_t>(std::max<ssize_t>(size, 0))) == "a\tone\n");
  // More than it holds is dropped, and is no failure.
  for (int i = 0; i < 20; ++i) CHECK(history.append(std::string(8000, 'x')).has_value());
  close(reader);
  struct stat status {};
  REQUIRE(stat(fifo.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0622);
  struct stat link {};
  REQUIRE(lstat(path.c_str(), &link) == 0);
  CHECK(S_ISLNK(link.st_mode));
}

TEST_CASE("a link to the file stays one when the file is shortened") {
  const Folder folder;
  const std::string real = folder / "real";
  const std::string path = folder / "history";
  std::ofstream(real).put('\n');
  REQUIRE(symlink(real.c_str(), path.c_str()) == 0);
  const HistoryFile history(path, "a");
  struct stat status {};
  off_t before = 0;
  do {
    before = status.st_size;
    REQUIRE(history.append(std::string(8000, 'x')).has_value());
    REQUIRE(stat(real.c_str(), &status) == 0);
  } while (status.st_size > before);
  struct stat link {};
  REQUIRE(lstat(path.c_str(), &link) == 0);
  CHECK(S_ISLNK(link.st_mode));
  CHECK(history.load().value() == Texts{std::string(8000, 'x')});
}

TEST_CASE("where the file lives") {
  const char* home = std::getenv("HOME");
  const std::string before = home != nullptr ? home : "";
  setenv("XDG_STATE_HOME", "/state", 1);
  CHECK(default_history_path() == "/state/wscope/history");
  setenv("XDG_STATE_HOME", "relative", 1);
  setenv("HOME", "/home/me", 1);
  CHECK(default_history_path() == "/home/me/.local/state/wscope/history");
  unsetenv("XDG_STATE_HOME");
  unsetenv("HOME");
  CHECK(default_history_path().empty());
  setenv("HOME", before.c_str(), 1);
}

TEST_CASE("secrets and what the user hides stay out") {
  for (const char* text : {"", " hidden", "/auth me:pass", "/token abc", "//login x"}) {
    CHECK_FALSE(belongs_in_history(text));
  }
  CHECK_FALSE(belongs_in_history(std::string(9000, 'x')));
  for (const char* text : {"hello", "/ping", "{\"a\":1}", "a  "}) CHECK(belongs_in_history(text));
}

TEST_CASE("the host of a URL, without who and where in it") {
  CHECK(history_host("ws://user:pass@Example.org:80/chat?x#y") == "example.org:80");
  CHECK(history_host("wss://[::1]:8765") == "[::1]:8765");
  CHECK(history_host("localhost:1/path") == "localhost:1");
  CHECK(history_host("ws://user:pa/ss@h/x") == "h");
  CHECK(history_host("ws+unix:@name:/x") == "ws+unix:@name:");
  CHECK(history_host("").empty());
}
