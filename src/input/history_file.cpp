#include "input/history_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <unordered_set>
#include <utility>

#include "base/ascii.h"
#include "base/cause.h"
#include "base/read_file.h"
#include "base/real_path.h"
#include "base/unique_fd.h"
#include "base/user_info.h"
#include "base/write_all.h"

namespace wscope::input {
namespace {

constexpr off_t kMostBytes = off_t{2} << 20;
// Who holds the lock is writing one line; a process stopped in the middle must not stop us too.
constexpr int kLockTries = 40;
constexpr useconds_t kLockPause = 5000;

struct Entry {
  std::string host;
  std::string text;
};

tl::unexpected<Error> failed(std::string_view what, const std::string& path, int cause) {
  return fail(Stage::kInput,
              "can't " + std::string(what) + " the history " + path + ": " + cause_of(cause),
              "--no-history does without");
}

std::string escaped(std::string_view text) {
  std::string line;
  for (const char byte : text) {
    if (byte == '\\') {
      line += "\\\\";
    } else if (byte == '\n') {
      line += "\\n";
    } else {
      line += byte;
    }
  }
  return line;
}

std::string unescaped(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      ++i;
      text += line[i] == 'n' ? '\n' : line[i];
    } else {
      text += line[i];
    }
  }
  return text;
}

std::string line_of(const Entry& entry) { return entry.host + "\t" + escaped(entry.text) + "\n"; }

std::vector<Entry> parse(std::string_view content) {
  std::vector<Entry> entries;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    const std::size_t tab = line.find('\t');
    // A line that was torn, or that another program wrote, is passed over.
    if (tab == std::string_view::npos || tab + 1 == line.size()) continue;
    entries.push_back({std::string(line.substr(0, tab)), unescaped(line.substr(tab + 1))});
  }
  return entries;
}

/// Keeps the last of each text, and of those the newest.
std::vector<Entry> folded(std::vector<Entry> entries) {
  std::vector<Entry> kept;
  std::unordered_set<std::string> seen;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (kept.size() == HistoryFile::kMostEntries) break;
    if (seen.insert(entry->text).second) kept.push_back(std::move(*entry));
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

void make_folders(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    mkdir(path.substr(0, slash).c_str(), 0700);
  }
}

bool locked(int fd) {
  for (int i = 0; i < kLockTries; ++i) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    usleep(kLockPause);
  }
  errno = EWOULDBLOCK;
  return false;
}

/// The file, locked and still the one that the path names: another instance may have renamed.
/// A device or a FIFO as it is: it is nobody's to be locked, and its mode is not ours.
UniqueFd open_locked(const std::string& path, struct stat& held) {
  for (;;) {
    // O_NONBLOCK: a FIFO that nobody reads must not stop the prompt.
    UniqueFd file(open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600));
    if (!file || fstat(file.get(), &held) != 0) return UniqueFd();
    if (!S_ISREG(held.st_mode)) return file;
    if (!locked(file.get())) return UniqueFd();
    struct stat named {};
    if (fstat(file.get(), &held) != 0) return UniqueFd();
    if (stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
        held.st_dev == named.st_dev) {
      if ((held.st_mode & 077) != 0) fchmod(file.get(), 0600);
      return file;
    }
  }
}

bool ends_torn(int fd, off_t size) {
  char last = '\n';
  return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/// Under the lock of `file`: the same entries, each once, in a new file that takes its place.
bool write_anew(const std::string& path, int file) {
  std::string content;
  if (lseek(file, 0, SEEK_SET) != 0 || !read_all(file, content)) return false;
  std::string kept;
  std::vector<Entry> entries = folded(parse(content));
  // Half of the bound is left free, or the next line would do all this again.
  off_t budget = kMostBytes / 2;
  std::size_t first = entries.size();
  while (first > 0 && budget > 0) {
    budget -= static_cast<off_t>(line_of(entries[--first]).size());
  }
  for (; first < entries.size(); ++first) kept += line_of(entries[first]);
  // The path may be a link, which is to stay.
  const std::string real = real_path(path);
  const std::string next = real + ".new";
  const UniqueFd out(open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  return out && write_all(out.get(), kept) && rename(next.c_str(), real.c_str()) == 0;
}

}  // namespace

HistoryFile::HistoryFile(std::string path, std::string host)
    : path_(std::move(path)), host_(std::move(host)) {}

Result<std::vector<std::string>> HistoryFile::load() const {
  const UniqueFd file(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::vector<std::string>();
  struct stat status {};
  // A device may have no end, a FIFO none soon.
  const bool has_content = !file || fstat(file.get(), &status) != 0 || S_ISREG(status.st_mode) ||
                           S_ISDIR(status.st_mode);
  if (!has_content) return std::vector<std::string>();
  std::string content;
  if (!file || !read_all(file.get(), content)) return failed("read", path_, errno);
  std::vector<Entry> entries = folded(parse(content));
  std::stable_partition(entries.begin(), entries.end(),
                        [this](const Entry& e) { return e.host != host_; });
  std::vector<std::string> texts;
  texts.reserve(entries.size());
  for (Entry& entry : entries) texts.push_back(std::move(entry.text));
  return texts;
}

Result<void> HistoryFile::append(std::string_view text) const {
  make_folders(path_);
  struct stat status {};
  const UniqueFd file = open_locked(path_, status);
  if (!file) return failed("write", path_, errno);
  std::string line = line_of({host_, std::string(text)});
  if (!S_ISREG(status.st_mode)) {
    // What a full FIFO does not take at once is dropped: nothing here waits for its reader.
    const bool taken = write(file.get(), line.data(), line.size()) >= 0 || errno == EAGAIN;
    if (!taken) return failed("write", path_, errno);
    return {};
  }
  if (ends_torn(file.get(), status.st_size)) line.insert(0, "\n");
  if (!write_all(file.get(), line)) return failed("write", path_, errno);
  if (status.st_size > kMostBytes && !write_anew(path_, file.get())) {
    return failed("shorten", path_, errno);
  }
  return {};
}

std::string default_history_path() {
  const char* state = std::getenv("XDG_STATE_HOME");
  // The XDG base directory specification: a relative path there is to be ignored.
  if (state != nullptr && state[0] == '/') return std::string(state) + "/wscope/history";
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] == '\0') return {};
  return std::string(home) + "/.local/state/wscope/history";
}

bool belongs_in_history(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.size() > HistoryFile::kMostEntryBytes) {
    return false;
  }
  if (text.substr(0, 2) == "//") text.remove_prefix(1);  // sent without the first
  for (const std::string_view secret :
       {"/auth", "/bearer", "/login", "/pass", "/secret", "/token"}) {
    if (text.substr(0, secret.size()) == secret) return false;
  }
  return true;
}

std::string history_host(std::string_view url) {
  url.remove_prefix(find_user_info(url).end);
  url = url.substr(0, url.find_first_of("/?#"));
  std::string host;
  for (const char byte : url) {
    // What would break the file's lines can't be part of a host.
    if (static_cast<unsigned char>(byte) > ' ') host += to_lower(byte);
  }
  return host;
}

}  // namespace wscope::input
