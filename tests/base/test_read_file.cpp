#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <thread>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "base/write_all.h"
#include "support/temporary_folder.h"

using wscope::read_all;
using wscope::read_file;
using wscope::SizeLimit;
using wscope::UniqueFd;
using wscope::write_all;

namespace {

template <class PathOrFd>
std::string message_of(const PathOrFd& file, SizeLimit limit = {}) {
  const auto read = read_file(file, "the file", limit);
  if (read) return "none";
  CHECK(read.error().stage == wscope::Stage::kUsage);
  CHECK(read.error().hint == "");
  return read.error().message;
}

/// Bytes that tell their places, with zeros among them.
std::string large() {
  std::string bytes;
  for (int i = 0; bytes.size() < (1 << 20); ++i) bytes += std::to_string(i) + '\0';
  return bytes;
}

void block_here(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

std::atomic<int> alarms;
static_assert(std::atomic<int>::is_always_lock_free);

/// SIGALRM each millisecond, to the thread that lets it in.
class Alarms {
 public:
  Alarms() {
    struct sigaction action {};
    action.sa_handler = [](int) { ++alarms; };  // without SA_RESTART
    ::sigaction(SIGALRM, &action, &before_);
    set(1000);
  }
  ~Alarms() {
    set(0);
    ::sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  static void set(suseconds_t microseconds) {
    const itimerval each{{0, microseconds}, {0, microseconds}};
    ::setitimer(ITIMER_REAL, &each, nullptr);
  }
  struct sigaction before_ {};
};

}  // namespace

TEST_CASE("a file is read to its end, an empty one and a large one too") {
  const test::TemporaryFolder folder;
  CHECK(*read_file(folder.write("empty", ""), "the file") == "");
  const std::string bytes = large();
  const std::string path = folder.write("large", bytes);
  CHECK((*read_file(path, "the file") == bytes));
  CHECK(read_file("/proc/self/status", "it")->find("Pid:") != std::string::npos);  // of size 0
}

TEST_CASE("an open file is read from where it stands and stays open") {
  const test::TemporaryFolder folder;
  const UniqueFd file(::open(folder.write("file", "0123456789").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::lseek(file.get(), 4, SEEK_SET) == 4);
  CHECK(*read_file(file.get(), "it") == "456789");
  CHECK(*read_file(file.get(), "it") == "");
  REQUIRE(::lseek(file.get(), 8, SEEK_SET) == 8);
  std::string bytes = "before, ";
  CHECK(read_all(file.get(), bytes));
  CHECK(bytes == "before, 89");
}

TEST_CASE("what can't be read is named, with the system's words") {
  const test::TemporaryFolder folder;
  CHECK(message_of(folder / "none") == "can't read the file: no such file or directory");
  CHECK(message_of("") == "can't read the file: no such file or directory");
  CHECK(message_of(folder / ".") == "can't read the file: is a directory");
  CHECK(message_of("/proc/self/mem") == "can't read the file: input/output error");
  CHECK(message_of(-1) == "can't read the file: bad file descriptor");
  const std::string path = folder.write("private", "secret");
  REQUIRE(::chmod(path.c_str(), 0) == 0);
  if (::geteuid() != 0) CHECK(message_of(path) == "can't read the file: permission denied");
  std::string bytes;
  CHECK_FALSE(read_all(-1, bytes));
  CHECK(errno == EBADF);
}

TEST_CASE("a limit is what a file may still have") {
  const test::TemporaryFolder folder;
  const SizeLimit limit{100'000, "too much of it"};
  CHECK(read_file(folder.write("file", std::string(100'000, 'x')), "it", limit)->size() == 100'000);
  const std::string larger = folder.write("larger", std::string(100'001, 'x'));
  CHECK(message_of(larger, limit) == "can't read the file: too much of it");
  CHECK(message_of("/dev/zero", limit) == "can't read the file: too much of it");
}

TEST_CASE("a FIFO ends when its writer has gone") {
  const test::TemporaryFolder folder;
  const std::string path = folder / "fifo";
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const std::string bytes = large();
  std::thread writer([&] {
    block_here(SIGPIPE);
    const UniqueFd to(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    write_all(to.get(), bytes);
  });
  const auto read = read_file(path, "the file");
  writer.join();
  REQUIRE(read);
  CHECK((*read == bytes));
}

TEST_CASE("a signal does not end the reading") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd from(ends[0]);
  UniqueFd to(ends[1]);
  std::thread writer([&] {
    block_here(SIGALRM);
    while (alarms < 20) std::this_thread::yield();
    write_all(to.get(), "after all");
    to = UniqueFd();
  });
  const Alarms each_millisecond;
  const auto read = read_file(from.get(), "the file");
  writer.join();
  REQUIRE(read);
  CHECK(*read == "after all");
}
