#include "session/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "base/cause.h"
#include "base/descriptor_limit.h"

namespace wscope::session {
namespace {

constexpr double kKillAfter = 2;

tl::unexpected<Error> no_process(const std::string& what, int error) {
  return fail(Stage::kInternal, "can't start a command: " + what + ": " + cause_of(error),
              error == EMFILE ? "`ulimit -n` is the number of files that may be open" : "");
}

/// What posix_spawn(3) is to do between the two processes.
class SpawnPlan {
 public:
  SpawnPlan(int input, int output) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    // What we ignore; a command that writes into a closed pipe must still die of it.
    sigset_t usual;
    sigemptyset(&usual);
    for (const int signal : {SIGPIPE, SIGXFSZ}) sigaddset(&usual, signal);
    ::posix_spawnattr_setsigdefault(&attributes_, &usual);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

/// The strings as execve(2) takes them; they live no longer than `strings`.
std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& text : strings) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::create(asio::io_context& loop) {
  auto child = std::make_unique<ChildProcess>(loop);
  if (auto made = child->make_pipes(); !made) return fail(std::move(made.error()));
  return child;
}

ChildProcess::ChildProcess(asio::io_context& loop) : ends_(loop), rest_(loop), deadline_(loop) {}

ChildProcess::~ChildProcess() {
  if (!running()) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<void> ChildProcess::make_pipes() {
  int to[2];
  if (::pipe2(to, O_CLOEXEC) != 0) return no_process("pipe", errno);
  its_input_ = UniqueFd(to[0]);
  input_ = UniqueFd(to[1]);
  int from[2];
  if (::pipe2(from, O_CLOEXEC) != 0) return no_process("pipe", errno);
  output_ = UniqueFd(from[0]);
  its_output_ = UniqueFd(from[1]);
  reader_ = UniqueFd(::fcntl(output_.get(), F_DUPFD_CLOEXEC, 3));
  if (!reader_) return no_process("fcntl", errno);
  // Each end of a pipe has flags of its own: the command's reads and writes block as usual.
  ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  return {};
}

Result<void> ChildProcess::start(const std::string& command, const Environment& environment,
                                 Ended ended) {
  // Before there is a process: none can end unheard. (Nor, where who started us ignores SIGCHLD,
  // without a status.)
  std::error_code failed;
  ends_.add(SIGCHLD, failed);
  if (failed) return no_process("SIGCHLD", failed.value());
  std::vector<std::string> words = {"sh", "-c", "--", command};
  Environment variables = joined_environment(environ, environment);
  const UsualDescriptorLimit usual_limit;
  pid_t pid = 0;
  const SpawnPlan plan(its_input_.get(), its_output_.get());
  const int error = ::posix_spawn(&pid, "/bin/sh", plan.files(), plan.attributes(),
                                  pointers_to(words).data(), pointers_to(variables).data());
  its_input_ = UniqueFd();
  its_output_ = UniqueFd();
  if (error != 0) return no_process("/bin/sh", error);
  pid_ = pid;
  ended_ = std::move(ended);
  watch();
  return {};
}

void ChildProcess::watch() {
  ends_.async_wait([this, weak = std::weak_ptr<bool>(alive_)](std::error_code error, int) {
    if (!error && !weak.expired()) reap();
  });
}

void ChildProcess::reap() {
  int status = 0;
  const pid_t got = ::waitpid(pid_, &status, WNOHANG);
  if (got == 0 || (got < 0 && errno == EINTR)) return watch();
  std::error_code ignored;
  ends_.clear(ignored);
  deadline_.cancel();
  const CommandEnd end{WIFEXITED(status) ? WEXITSTATUS(status) : 0,
                       WIFSIGNALED(status) ? WTERMSIG(status) : 0, asked_};
  end_ = end;
  if (const Ended ended = std::exchange(ended_, nullptr)) ended(end);
}

void ChildProcess::discard_output() {
  if (rest_.is_open() || !output_) return;
  std::error_code failed;
  rest_.assign(output_.get(), failed);
  if (failed) return;
  output_.release();
  discard_some();
}

void ChildProcess::discard_some() {
  char bytes[16384];
  for (int i = 0; i < 16; ++i) {
    const ssize_t got = ::read(rest_.native_handle(), bytes, sizeof bytes);
    if (got == 0) return;
    if (got < 0 && errno != EINTR) break;
  }
  rest_.async_wait(asio::posix::stream_descriptor::wait_read,
                   [this, weak = std::weak_ptr<bool>(alive_)](std::error_code error) {
                     if (!error && !weak.expired()) discard_some();
                   });
}

void ChildProcess::signal(int number) {
  if (!running()) return;
  asked_ = true;
  ::kill(-pid_, number);
  ::kill(-pid_, SIGCONT);  // a stopped one would not notice
}

void ChildProcess::end_within(double seconds) {
  if (!running() || terminated_) return;
  deadline_.start(seconds, [this] {
    terminated_ = true;
    signal(SIGTERM);
    deadline_.start(kKillAfter, [this] { signal(SIGKILL); });
  });
}

}  // namespace wscope::session
