#include "input/external_editor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/cause.h"
#include "base/temporary_folder.h"
#include "base/unique_fd.h"
#include "base/write_all.h"
#include "input/file_message.h"

namespace wscope::input {
namespace {

// Where the kernel can't tell of the end of a process, it is looked for.
constexpr int kLookMs = 50;
// An editor that is asked to end gets this long to save what it can.
constexpr int kEndTries = 40;

Error error_of(std::string what, int cause) {
  return {Stage::kInput, std::move(what) + ": " + cause_of(cause) + ": nothing was sent", {}, {}};
}

/// A file that only we can read, removed at the end unless it is to be kept.
class PrivateFile {
 public:
  static Result<PrivateFile> create(std::string text) {
    const bool json = !text.empty() && (text.front() == '{' || text.front() == '[');
    // Editors go by the end of the name.
    const std::string_view suffix = json ? ".json" : ".txt";
    if (!text.empty()) text += '\n';
    std::string path = temporary_folder();
    path.append("/wscope-XXXXXX").append(suffix);
    const UniqueFd fd(mkostemps(path.data(), static_cast<int>(suffix.size()), O_CLOEXEC));
    if (!fd) return fail(error_of("can't create " + path, errno));
    PrivateFile file(path);
    if (!write_all(fd.get(), text)) return fail(error_of("can't write " + path, errno));
    return file;
  }
  ~PrivateFile() {
    if (!path_.empty()) unlink(path_.c_str());
  }
  PrivateFile(PrivateFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  PrivateFile& operator=(PrivateFile&&) = delete;

  const std::string& path() const { return path_; }
  /// By its name: many editors write a new file and rename it.
  Result<std::string> read() const {
    auto file = read_file_message(path_, true);
    if (!file) return fail(std::move(file.error()));
    return std::move(file->data);
  }
  std::string keep() { return std::exchange(path_, {}); }

 private:
  explicit PrivateFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

bool has_shell_words(std::string_view command) {
  return command.find_first_of(" \t\n\"'`$&|;<>()*?[]#~=%!\\{}") != std::string_view::npos;
}

/// Where who started us ignores SIGCHLD, a child that ends leaves no status.
void keep_statuses() {
  struct sigaction now {};
  if (sigaction(SIGCHLD, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) {
    signal(SIGCHLD, SIG_DFL);
  }
}

/// The editor's process, or 0 and errno. "code --wait" is for the shell; a plain name is started by
/// itself, so that a name that does not exist is told by us.
pid_t start_editor(const std::string& editor, const std::string& path, int terminal) {
  const std::string script = editor + " \"$@\"";
  const char* const by_shell[] = {"sh",           "-c",         script.c_str(),
                                  editor.c_str(), path.c_str(), nullptr};
  const char* const by_name[] = {editor.c_str(), path.c_str(), nullptr};
  const char* const* words = has_shell_words(editor) ? by_shell : by_name;

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  // Our own stdout may be a pipe.
  posix_spawn_file_actions_adddup2(&files, terminal, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, terminal, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigdefault(&how, &defaults);
  sigset_t blocked;
  sigemptyset(&blocked);
  posix_spawnattr_setsigmask(&how, &blocked);
  pid_t child = 0;
  const int error =
      posix_spawnp(&child, words[0], &files, &how, const_cast<char* const*>(words), environ);
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  errno = error;
  return error == 0 ? child : 0;
}

/// Its status as waitpid() gives it.
int wait_for_end(pid_t child, int stop_fd) {
  // glibc 2.36 declares pidfd_open() for C only.
  const UniqueFd end(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  int status = 0;
  pollfd watched[2] = {{stop_fd, POLLIN, 0}, {end.get(), POLLIN, 0}};
  int tries = 0;
  pid_t ended = 0;
  while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
    if (tries == 0) {
      poll(watched, 2, end ? -1 : kLookMs);
      if ((watched[0].revents & POLLIN) != 0) kill(child, SIGHUP);
    } else {
      poll(&watched[1], 1, kLookMs);
      if (tries == kEndTries) kill(child, SIGKILL);
    }
    if ((watched[0].revents & POLLIN) != 0) ++tries;
  }
  // What may have failed did.
  return ended < 0 ? W_EXITCODE(255, 0) : status;
}

std::string how_it_ended(const std::string& editor, int status) {
  const std::string begin = "the editor " + editor;
  if (WIFSIGNALED(status))
    return begin + " was ended by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) == 127) return "can't run the editor " + editor;
  return begin + " ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::string external_editor() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  std::string editor = variable("TERM") == "dumb" ? std::string() : variable("VISUAL");
  if (editor.empty()) editor = variable("EDITOR");
  return editor.empty() ? "vi" : editor;
}

Result<std::string> edit_externally(const std::string& text, int terminal, int stop_fd) {
  auto file = PrivateFile::create(text);
  if (!file) return fail(std::move(file.error()));
  const std::string editor = external_editor();
  keep_statuses();
  const pid_t child = start_editor(editor, file->path(), terminal);
  if (child == 0) {
    Error error = error_of("can't run the editor " + editor, errno);
    error.hint = "VISUAL or EDITOR names another";
    return fail(std::move(error));
  }
  const int status = wait_for_end(child, stop_fd);
  auto edited = file->read();
  if (edited && !edited->empty() && edited->back() == '\n') edited->pop_back();
  if (status == 0) return edited;
  Error error{Stage::kInput, how_it_ended(editor, status) + ": nothing was sent", {}, {}};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    error.hint = "VISUAL or EDITOR names another";
  if (edited && !edited->empty() && *edited != text) error.hint = "the text is in " + file->keep();
  return fail(std::move(error));
}

}  // namespace wscope::input
