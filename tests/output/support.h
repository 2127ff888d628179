// What the tests of presenters share: a screen that remembers, a clock that stands, files and
// pipes.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/screen.h"
#include "output/line_output.h"
#include "output/output_stream.h"

namespace wscope::output {

class FakeScreen : public Screen {
 public:
  explicit FakeScreen(int columns = 80) : columns_(columns) {}
  void print(std::string_view lines) override {
    text += lines;
    prints.emplace_back(lines);
  }
  int columns() const override { return columns_; }
  std::string take() {
    std::string taken;
    taken.swap(text);
    return taken;
  }

  std::string text;
  std::vector<std::string> prints;

 private:
  int columns_;
};

/// 2026-07-14T08:11:12.345Z at the start; moved by hand.
class FakeClock : public Clock {
 public:
  FakeClock()
      : Clock(Steady::time_point{},
              System::time_point(std::chrono::milliseconds(1784016672345LL))) {}
  void at(double seconds) {
    now_ = Steady::time_point(
        std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds)));
  }
};

/// Without a pattern; the same for a size each time.
inline std::string random_bytes(std::size_t size) {
  std::mt19937_64 random(size);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

/// A file in memory, for exact bytes.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("wscope-test", MFD_CLOEXEC)) {}
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  int fd() const { return fd_; }
  std::string content() const {
    std::string bytes(static_cast<std::size_t>(::lseek(fd_, 0, SEEK_END)), '\0');
    const ssize_t size = ::pread(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }

 private:
  int fd_;
};

class Pipe {
 public:
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    if (::pipe2(ends_, O_CLOEXEC) != 0) ends_[0] = ends_[1] = -1;
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }
  /// What can be read now, at most `limit` bytes.
  std::string read_some(std::size_t limit = std::size_t{1} << 20) const {
    std::string bytes(limit, '\0');
    const ssize_t size = ::read(ends_[0], bytes.data(), limit);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }

 private:
  void close_end(int end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }
  int ends_[2] = {-1, -1};
};

}  // namespace wscope::output
