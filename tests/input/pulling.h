// What the tests of sources share: a pipe, and a loop that pulls until the end.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/action.h"

namespace wscope::test {

struct Pipe {
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    out = ends[0];
    in = ends[1];
  }
  ~Pipe() {
    close_in();
    if (out >= 0) close(out);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  /// Writes all of it, waiting for the reader.
  bool put(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = write(in, bytes.data(), bytes.size());
      if (put < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
  void close_in() {
    if (in >= 0) close(in);
    in = -1;
  }

  int out = -1;
  int in = -1;
};

/// A waker that a test can wait on, and that counts.
class Bell {
 public:
  ActionSource::Waker waker() {
    return [this] {
      const std::lock_guard lock(mutex_);
      ++rung_;
      changed_.notify_all();
    };
  }
  int rung() {
    const std::lock_guard lock(mutex_);
    return rung_;
  }
  void wait_beyond(int seen) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return rung_ > seen; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int rung_ = 0;
};

struct Pulled {
  Action::Kind kind;
  std::string data;
  std::string error;
};

inline bool operator==(const Pulled& a, const Pulled& b) {
  return a.kind == b.kind && a.data == b.data && a.error == b.error;
}

inline std::ostream& operator<<(std::ostream& out, const Pulled& pulled) {
  return out << static_cast<int>(pulled.kind) << " \"" << pulled.data << "\" " << pulled.error;
}
inline std::ostream& operator<<(std::ostream& out, const std::vector<Pulled>& all) {
  for (const Pulled& pulled : all) out << "\n    " << pulled;
  return out;
}

/// Pulls one action, waiting for the bell as the session's loop does. False at the end.
inline bool pull(ActionSource& source, Bell& bell, Action& action) {
  for (;;) {
    const int seen = bell.rung();
    switch (source.next(action)) {
      case ActionSource::Pull::kAction:
        return true;
      case ActionSource::Pull::kEnd:
        return false;
      case ActionSource::Pull::kEmpty:
        bell.wait_beyond(seen);
        break;
    }
  }
}

inline std::vector<Pulled> pull_all(ActionSource& source, Bell& bell) {
  std::vector<Pulled> all;
  Action action;
  while (pull(source, bell, action)) {
    const bool refused = action.kind == Action::Kind::kRefused;
    all.push_back({action.kind, refused ? "" : std::string(action.data),
                   refused ? action.error.message : ""});
  }
  return all;
}

}  // namespace wscope::test
