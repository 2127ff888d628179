// A file's content → the bytes of one message (/file), or what a message is compared with.
//
// Reads the whole file; the session's loop or the reader thread waits meanwhile. "~/" is the home.
// What can fail: the file can't be opened or read, or is no regular file (a FIFO, a device: they
// may have no end): Error of Stage::kInput.
#pragma once

#include <string>

#include "base/error.h"

namespace wscope::input {

struct FileMessage {
  std::string data;
  bool text = false;
};

Result<std::string> read_whole_file(const std::string& path);
/// A text message where the content is UTF-8 and `binary` does not ask otherwise. An error tells
/// that nothing was sent.
Result<FileMessage> read_file_message(const std::string& path, bool binary);

}  // namespace wscope::input
