// HistoryFile: typed messages ↔ a private file that several instances share.
//
// A line "HOST<tab>TEXT" an entry, with \n and \\ for line end and backslash. load() gives the
// entries oldest first and each text once, those of other hosts before those of this one, so that
// going back in time meets this host's first. append() adds one under a lock; when the file has
// grown beyond its bound it is written anew next to it and renamed. Mode 0600, its folder 0700.
// What is no regular file (/dev/null, a FIFO) has no entries and keeps its mode; lines go into it
// as far as it takes them at once. What can fail: any of the file's operations, Error of
// Stage::kInput; no file yet is no failure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace wscope::input {

class HistoryFile {
 public:
  static constexpr std::size_t kMostEntries = 5000;
  static constexpr std::size_t kMostEntryBytes = 8192;

  HistoryFile(std::string path, std::string host);

  Result<std::vector<std::string>> load() const;
  Result<void> append(std::string_view text) const;

 private:
  const std::string path_;
  const std::string host_;
};

/// $XDG_STATE_HOME/wscope/history, ~/.local/state/wscope/history; empty without a home.
std::string default_history_path();

/// What stays out: a line with a leading blank, commands that carry secrets, what is too long.
bool belongs_in_history(std::string_view text);

/// "ws://user@Example.org:80/chat" → "example.org:80"; what the history keeps of a URL.
std::string history_host(std::string_view url);

}  // namespace wscope::input
