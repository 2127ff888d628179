// A foreign server as a child process, ended by its pid: for the tests of net/.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "net/socket_address.h"

namespace test {

/// Runs a program that listens on a port it is told, and waits until it does. Free ports are found
/// by binding port 0; should another process snatch one, the next is tried.
class ServerProcess {
 public:
  using Command = std::function<std::vector<std::string>(const std::string& port)>;

  explicit ServerProcess(const Command& command) {
    for (int attempt = 0; attempt < 5 && pid_ < 0; ++attempt) {
      port_ = free_port();
      launch(command(port_));
      if (!wait_until_it_listens()) stop();
    }
  }
  ~ServerProcess() { stop(); }
  ServerProcess(const ServerProcess&) = delete;

  bool running() const { return pid_ > 0; }
  const std::string& port() const { return port_; }

 private:
  static std::string free_port() {
    const wscope::UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
    const auto address = *wscope::net::SocketAddress::literal("127.0.0.1", 0);
    ::bind(fd.get(), address.data(), address.size());
    return std::to_string(wscope::net::SocketAddress::local_of(fd.get()).port());
  }

  void launch(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ != 0) return;
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0);
    ::dup2(null, 1);
    ::dup2(null, 2);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }

  bool wait_until_it_listens() {
    const auto address = *wscope::net::SocketAddress::literal(
        "127.0.0.1", static_cast<std::uint16_t>(std::stoi(port_)));
    for (int i = 0; i < 1000; ++i) {
      const wscope::UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
      if (::connect(fd.get(), address.data(), address.size()) == 0) return true;
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
        return false;
      }
      ::poll(nullptr, 0, 5);
    }
    return false;
  }

  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  pid_t pid_ = -1;
  std::string port_;
};

}  // namespace test
