#include "input/recording.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/cause.h"
#include "base/write_all.h"

namespace wscope::input {
namespace {

using Kind = RecordedEvent::Kind;

constexpr std::size_t kBlock = std::size_t{64} << 10;

tl::unexpected<Error> cant_read(const std::string& path, int cause) {
  return fail(Stage::kUsage, "can't read the recording " + (path == "-" ? "on stdin" : path) +
                                 ": " + cause_of(cause));
}

/// A pipe can be read once only: its bytes go where they can be read again. None: errno tells.
UniqueFd copy_of(int from) {
  UniqueFd copy(::memfd_create("recording", MFD_CLOEXEC));
  std::array<char, kBlock> block;
  while (copy) {
    const ssize_t got = ::read(from, block.data(), block.size());
    if (got == 0) return copy;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || !write_all(copy.get(), {block.data(), static_cast<std::size_t>(got)})) break;
  }
  return UniqueFd();
}

/// A descriptor that can be read at any place, or errno.
tl::expected<UniqueFd, int> open_again_and_again(const std::string& path) {
  UniqueFd copy;
  if (path == "-") {
    copy = copy_of(STDIN_FILENO);
  } else {
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return tl::unexpected<int>(errno);
    struct stat status {};
    if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode)) return file;
    copy = copy_of(file.get());
  }
  if (!copy) return tl::unexpected<int>(errno);
  return copy;
}

/// "FILE#2" → FILE and 2, where there is no file of the whole name; nothing: the last.
std::pair<std::string, std::optional<std::size_t>> split_number(const std::string& path) {
  const std::size_t hash = path.rfind('#');
  if (hash == std::string::npos || hash + 1 == path.size() || path.size() - hash > 9 ||
      path.find_first_not_of("0123456789", hash + 1) != std::string::npos ||
      ::access(path.c_str(), F_OK) == 0) {
    return {path, std::nullopt};
  }
  return {path.substr(0, hash), std::stoul(path.substr(hash + 1))};
}

/// A line of ours, as far as it goes.
bool looks_cut_off(std::string_view line) {
  constexpr std::string_view kBegin = R"({"t":)";
  return line.substr(0, kBegin.size()) == kBegin.substr(0, line.size());
}

/// Reads the whole file once and finds its connections.
class Survey {
 public:
  Survey(const std::string& path, int fd) : path_(path), lines_(fd, 0, 1) {}

  Result<void> take();
  std::vector<RecordedConnection> connections;
  std::vector<std::string> notices;

 private:
  using Key = std::pair<std::string, std::size_t>;

  std::string place() const { return path_ + ":" + std::to_string(lines_.line()); }
  Result<void> judge_damage(bool run_begins);
  void add(const RecordedEvent& event, off_t begin);
  RecordedConnection& live(const RecordedEvent& event, off_t begin);

  const std::string path_;
  LineReader lines_;
  std::map<Key, std::size_t> live_;  // open connections of this run → their index
  double last_time_ = 0;
  bool run_ended_ = true;
  std::optional<std::pair<std::string, std::string>> damaged_;  // place, what is wrong
};

Result<void> Survey::take() {
  std::string text;
  for (;;) {
    const off_t begin = lines_.offset();
    if (!lines_.next(text)) break;
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto event = parse_recorded_event(text);
    const bool run_begins = event && (run_ended_ || event->time < last_time_);
    if (auto judged = judge_damage(run_begins || (event && event->kind == Kind::kOpening));
        !judged) {
      return judged;
    }
    if (!event) {
      if (!looks_cut_off(text)) return fail(Stage::kUsage, place() + ": " + event.error());
      damaged_ = {place(), event.error()};
      continue;
    }
    if (run_begins) live_.clear();
    run_ended_ = event->kind == Kind::kEnd;
    last_time_ = event->time;
    add(*event, begin);
  }
  if (lines_.error() != 0) return cant_read(path_, lines_.error());
  // Whoever was killed while it wrote leaves half a line.
  return judge_damage(!lines_.whole());
}

/// A line that was bad: a crash's trace where it was a run's last, else no recording at all.
Result<void> Survey::judge_damage(bool run_begins) {
  if (!damaged_) return {};
  if (!run_begins) return fail(Stage::kUsage, damaged_->first + ": " + damaged_->second);
  notices.push_back(damaged_->first + ": cut off in the middle, left out");
  damaged_.reset();
  return {};
}

RecordedConnection& Survey::live(const RecordedEvent& event, off_t begin) {
  const auto [place, is_new] =
      live_.try_emplace({event.connection, event.client}, connections.size());
  if (is_new || event.kind == Kind::kOpen) {
    place->second = connections.size();
    RecordedConnection connection;
    connection.begin = begin;
    connection.first_line = lines_.line();
    connection.opened = event.time;
    connection.name = event.connection;
    connection.client = event.client;
    connection.subprotocol = event.subprotocol;
    connections.push_back(std::move(connection));
  }
  return connections[place->second];
}

void Survey::add(const RecordedEvent& event, off_t begin) {
  const bool known = live_.count({event.connection, event.client}) > 0;
  if (event.kind == Kind::kOpening || event.kind == Kind::kEnd || event.kind == Kind::kOther) {
    return;
  }
  if (event.kind == Kind::kLost && (!known || live(event, begin).closed)) return;
  RecordedConnection& connection = live(event, begin);
  connection.end = lines_.offset();
  connection.ended = event.time;
  if (event.kind == Kind::kLost) connection.lost = true;
  if (event.kind == Kind::kClose) connection.closed = true;
  if (event.kind != Kind::kMessage) return;
  ++(event.direction == Direction::kSent ? connection.messages_sent : connection.messages_received);
}

}  // namespace

std::string recording_file(const std::string& path) { return split_number(path).first; }

bool LineReader::next(std::string& line) {
  line.clear();
  for (;;) {
    const std::size_t newline = block_.find('\n', at_);
    if (newline != std::string::npos) {
      line.append(block_, at_, newline - at_);
      at_ = newline + 1;
      ++line_;
      return whole_ = true;
    }
    line.append(block_, at_);
    block_.resize(kBlock);
    at_ = 0;
    const ssize_t got = ::pread(fd_, block_.data(), kBlock, offset_);
    if (got < 0 && errno != EINTR) error_ = errno;
    block_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    offset_ += static_cast<off_t>(block_.size());
    if (got == 0 || error_ != 0) break;
  }
  if (line.empty()) return false;
  ++line_;
  whole_ = false;
  return true;
}

Result<std::shared_ptr<const Recording>> Recording::open(const std::string& name) {
  const auto [path, number] = split_number(name);
  auto fd = open_again_and_again(path);
  if (!fd) return cant_read(path, fd.error());
  const std::string shown = path == "-" ? "stdin" : path;
  std::shared_ptr<Recording> recording(new Recording(shown, std::move(*fd)));
  Survey survey(shown, recording->fd_.get());
  if (auto taken = survey.take(); !taken) return fail(std::move(taken.error()));
  auto& found = survey.connections;
  if (found.empty()) {
    return fail(Stage::kUsage, shown + ": no connection is recorded in it",
                "wscope --record writes recordings");
  }
  if (number && (*number == 0 || *number > found.size())) {
    const std::string count =
        found.size() == 1 ? "one connection" : std::to_string(found.size()) + " connections";
    return fail(Stage::kUsage, name + ": only " + count + " recorded in " + shown);
  }
  recording->notices_ = std::move(survey.notices);
  const std::size_t index = number ? *number - 1 : found.size() - 1;
  if (!number && found.size() > 1) {
    recording->notices_.push_back(shown + " holds " + std::to_string(found.size()) +
                                  " connections: the last one is played (" + shown +
                                  "#N is the Nth)");
  }
  recording->connection_ = std::move(found[index]);
  return std::shared_ptr<const Recording>(std::move(recording));
}

RecordingCursor::RecordingCursor(std::shared_ptr<const Recording> recording)
    : recording_(std::move(recording)),
      lines_(recording_->fd_.get(), recording_->connection_.begin,
             recording_->connection_.first_line) {}

bool RecordingCursor::next(RecordedEvent& event) {
  const RecordedConnection& wanted = recording_->connection_;
  while (lines_.offset() < wanted.end && lines_.next(text_)) {
    auto parsed = parse_recorded_event(text_);
    if (!parsed || parsed->connection != wanted.name || parsed->client != wanted.client) continue;
    switch (parsed->kind) {
      case Kind::kMessage:
      case Kind::kPing:
      case Kind::kPong:
      case Kind::kClose:
        event = std::move(*parsed);
        event.line = lines_.line();
        return true;
      default:
        break;
    }
  }
  return false;
}

}  // namespace wscope::input
