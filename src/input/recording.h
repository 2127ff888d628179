// A recording's file → its connections, and the events of one of them, read again and again.
//
// open() reads the file once, judges every line and keeps of each connection only where it stands;
// cursors then read from the file as they go, so a recording of any size takes the memory of a
// line. What is no regular file (a pipe, "-" for stdin) is copied into memory first. A line that a
// crash cut off is left out, with a notice, where it is the last of the file or of a run; any other
// bad line is Stage::kUsage naming FILE:LINE, as is a file that can't be read or holds nothing to
// replay. A file may hold several runs and connections: "FILE#2" is the second, FILE the last.
// Seconds since the start of the run. RFC 8259 for the lines.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "input/recorded_event.h"

namespace wscope::input {

/// Where a connection stands in the file, and what is known of it.
struct RecordedConnection {
  off_t begin = 0;  // of the line of its first event
  off_t end = 0;    // behind its last event
  std::size_t first_line = 0;
  double opened = 0;
  double ended = 0;
  std::string name;        // in a script
  std::size_t client = 0;  // of a listener, by number
  std::string subprotocol;
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
  bool closed = false;  // by a Close
  bool lost = false;    // without one

  /// Whether what the recorder sent is the client's part; it was the server where --listen
  /// recorded.
  bool by_client() const { return client == 0; }
};

/// The file of "FILE#2" and of FILE.
std::string recording_file(const std::string& path);

class Recording {
 public:
  static Result<std::shared_ptr<const Recording>> open(const std::string& path);

  /// The connection that was asked for.
  const RecordedConnection& connection() const { return connection_; }
  /// As the user named it, without "#N".
  const std::string& path() const { return path_; }
  /// What a person should know of the file, a line each.
  const std::vector<std::string>& notices() const { return notices_; }

 private:
  friend class RecordingCursor;
  Recording(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  UniqueFd fd_;
  RecordedConnection connection_;
  std::vector<std::string> notices_;
};

/// Lines of a file from an offset on; keeps a block of it.
class LineReader {
 public:
  LineReader(int fd, off_t offset, std::size_t line) : fd_(fd), offset_(offset), line_(line) {}

  /// False at the end of the file, or when it can't be read.
  bool next(std::string& line);
  /// Of the line that next() will give.
  off_t offset() const { return offset_ - static_cast<off_t>(block_.size() - at_); }
  /// The number of the line that next() gave.
  std::size_t line() const { return line_ - 1; }
  /// Whether that line ended in a newline.
  bool whole() const { return whole_; }
  int error() const { return error_; }

 private:
  int fd_;
  off_t offset_;  // behind the block
  std::string block_;
  std::size_t at_ = 0;
  std::size_t line_;
  bool whole_ = false;
  int error_ = 0;
};

/// The events of the recording's connection, in order.
class RecordingCursor {
 public:
  explicit RecordingCursor(std::shared_ptr<const Recording> recording);

  /// False behind the last one.
  bool next(RecordedEvent& event);
  const Recording& recording() const { return *recording_; }
  /// Whether the client of the recorded connection did this; a pong's or Close's sender likewise.
  bool from_client(const RecordedEvent& event) const {
    return (event.direction == Direction::kSent) == recording_->connection().by_client();
  }

 private:
  std::shared_ptr<const Recording> recording_;
  LineReader lines_;
  std::string text_;
};

}  // namespace wscope::input
