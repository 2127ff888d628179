#include "net/address_race.h"

#include <net/if.h>
#include <sys/socket.h>

#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/cause.h"
#include "base/unique_fd.h"
#include "net/socket_stream.h"

namespace wscope::net {

namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kStagger = std::chrono::milliseconds(250);  // RFC 8305 8
constexpr auto kBacklogPause =
    std::chrono::milliseconds(20);  // until a full backlog is tried again

double seconds_since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

/// 0, or the errno of what failed.
int bind_source(int fd, const SourceBinding& source) {
  if (!source.device.empty()) {
    const auto size = static_cast<socklen_t>(source.device.size() + 1);
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, source.device.c_str(), size) != 0) return errno;
  }
  if (source.address && ::bind(fd, source.address->data(), source.address->size()) != 0) {
    return errno;
  }
  return 0;
}

std::string hint_for(int error, const SocketAddress& address, bool proxy, bool bound) {
  switch (error) {
    case ECONNREFUSED:
      return std::string("nothing listens there: is the ") + (proxy ? "proxy" : "server") +
             " running, and is this its " + (address.family() == AF_UNIX ? "socket?" : "port?");
    case ENOENT:
      return address.family() == AF_UNIX ? "is the server running, and is this its socket?" : "";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "there is no route to that address from here";
    case EADDRNOTAVAIL:
      return "is --interface an address of this machine?";
    case EINVAL:  // from 127.0.0.1 to elsewhere, say
      return bound ? "does --interface lead to that address?" : "";
    default:
      return {};
  }
}

}  // namespace

struct AddressRace::Run : std::enable_shared_from_this<Run> {
  struct Attempt {
    Attempt(asio::io_context& loop, const SocketAddress& where)
        : address(where), socket(loop), retry(loop), began(Steady::now()) {}
    SocketAddress address;
    asio::posix::stream_descriptor socket;
    asio::steady_timer retry;  // Unix: the backlog was full
    Steady::time_point began;
    bool pending = true;
  };

  Run(asio::io_context& event_loop, EventSink& event_sink, SourceBinding binding)
      : loop(event_loop), sink(event_sink), source(std::move(binding)), stagger(event_loop) {}

  void begin_next();
  void arm_stagger();
  void connect(const std::shared_ptr<Attempt>& attempt);
  void wait_for(const std::shared_ptr<Attempt>& attempt);
  void retry_later(const std::shared_ptr<Attempt>& attempt);
  void failed(Attempt& attempt, int error);
  void won(Attempt& attempt);
  void tell(const Attempt& attempt, std::string_view error);
  Error error() const;

  asio::io_context& loop;
  EventSink& sink;
  SourceBinding source;
  asio::steady_timer stagger;
  std::string name;
  std::string role;
  std::vector<SocketAddress> addresses;
  std::size_t next = 0;
  std::vector<std::shared_ptr<Attempt>> attempts;
  std::vector<std::pair<SocketAddress, int>> failures;
  Done done;
};

void AddressRace::Run::begin_next() {
  if (next == addresses.size()) return;
  auto attempt = std::make_shared<Attempt>(loop, addresses[next++]);
  attempts.push_back(attempt);
  const SocketAddress& address = attempt->address;
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return failed(*attempt, errno);
  if (address.family() != AF_UNIX) {
    if (const int error = bind_source(fd.get(), source); error != 0) {
      return failed(*attempt, error);
    }
  }
  std::error_code assigned;
  attempt->socket.assign(fd.get(), assigned);
  if (assigned) return failed(*attempt, assigned.value());
  fd.release();
  arm_stagger();
  connect(attempt);
}

void AddressRace::Run::arm_stagger() {
  if (next == addresses.size()) return;
  stagger.expires_after(kStagger);
  stagger.async_wait([weak = weak_from_this()](std::error_code error) {
    const auto run = weak.lock();
    if (!error && run && run->done) run->begin_next();
  });
}

void AddressRace::Run::connect(const std::shared_ptr<Attempt>& attempt) {
  const int fd = attempt->socket.native_handle();
  if (::connect(fd, attempt->address.data(), attempt->address.size()) == 0) return won(*attempt);
  if (errno == EINPROGRESS || errno == EINTR) return wait_for(attempt);
  // A Unix socket is never "in progress": a full backlog says EAGAIN, and polling such a socket
  // would call it connected.
  if (errno == EAGAIN && attempt->address.family() == AF_UNIX) return retry_later(attempt);
  failed(*attempt, errno);
}

void AddressRace::Run::wait_for(const std::shared_ptr<Attempt>& attempt) {
  attempt->socket.async_wait(asio::posix::descriptor_base::wait_write,
                             [weak = weak_from_this(), attempt](std::error_code error) {
                               const auto run = weak.lock();
                               if (!run || !run->done || !attempt->pending) return;
                               if (error) return run->failed(*attempt, error.value());
                               int result = 0;
                               socklen_t size = sizeof result;
                               getsockopt(attempt->socket.native_handle(), SOL_SOCKET, SO_ERROR,
                                          &result, &size);
                               if (result != 0) return run->failed(*attempt, result);
                               run->won(*attempt);
                             });
}

void AddressRace::Run::retry_later(const std::shared_ptr<Attempt>& attempt) {
  attempt->retry.expires_after(kBacklogPause);
  attempt->retry.async_wait([weak = weak_from_this(), attempt](std::error_code error) {
    const auto run = weak.lock();
    if (!error && run && run->done && attempt->pending) run->connect(attempt);
  });
}

void AddressRace::Run::tell(const Attempt& attempt, std::string_view why) {
  const std::string text = role + attempt.address.text();
  sink.on_connect_attempt({text, why, seconds_since(attempt.began)});
}

void AddressRace::Run::failed(Attempt& attempt, int number) {
  attempt.pending = false;
  std::error_code ignored;
  attempt.socket.close(ignored);
  failures.emplace_back(attempt.address, number);
  tell(attempt, cause_of(number));
  if (!done) return;  // the sink has had enough
  if (next < addresses.size()) {
    stagger.cancel();
    return begin_next();
  }
  if (failures.size() == addresses.size()) std::exchange(done, nullptr)(fail(error()));
}

void AddressRace::Run::won(Attempt& winner) {
  winner.pending = false;
  stagger.cancel();
  tell(winner, {});
  for (const auto& attempt : attempts) {
    if (!std::exchange(attempt->pending, false)) continue;
    tell(*attempt, "given up: " + winner.address.text() + " was faster");
    std::error_code ignored;
    attempt->socket.close(ignored);
    attempt->retry.cancel();
  }
  if (!done) return;  // the sink has had enough
  UniqueFd fd(winner.socket.release());
  auto stream = std::make_unique<SocketStream>(loop, std::move(fd));
  std::exchange(done, nullptr)(std::unique_ptr<Stream>(std::move(stream)));
}

Error AddressRace::Run::error() const {
  Error out{Stage::kConnect, "can't connect to " + role + name + ": ", {}, {}};
  const auto& [first, number] = failures.front();
  out.hint = hint_for(number, first, !role.empty(), source.address.has_value());
  if (failures.size() == 1) {
    // "localhost:1 (127.0.0.1:1)" where the name isn't the address itself.
    if (first.text() != name) out.message += first.text() + ": ";
    out.message += cause_of(number);
    return out;
  }
  for (std::size_t i = 0; i < failures.size(); ++i) {
    const auto& [address, why] = failures[i];
    out.message += (i == 0 ? "" : "; ") + address.text() + ": " + cause_of(why);
    if (why != number) out.hint.clear();
  }
  return out;
}

AddressRace::AddressRace(asio::io_context& loop, EventSink& sink, SourceBinding source)
    : run_(std::make_shared<Run>(loop, sink, std::move(source))) {}

AddressRace::~AddressRace() {
  run_->done = nullptr;
  run_->stagger.cancel();
  // The handlers of these waits hold the attempts; closing ends the waits.
  for (const auto& attempt : run_->attempts) {
    std::error_code ignored;
    attempt->pending = false;
    attempt->socket.close(ignored);
    attempt->retry.cancel();
  }
}

void AddressRace::start(std::vector<SocketAddress> addresses, std::string name, std::string role,
                        Done done) {
  run_->addresses = std::move(addresses);
  run_->name = std::move(name);
  run_->role = std::move(role);
  run_->done = std::move(done);
  asio::post(run_->loop, [weak = run_->weak_from_this()] {
    if (const auto run = weak.lock()) run->begin_next();
  });
}

std::string AddressRace::pending() const {
  std::string out;
  for (const auto& attempt : run_->attempts) {
    if (attempt->pending) out += (out.empty() ? "" : ", ") + run_->role + attempt->address.text();
  }
  return out;
}

}  // namespace wscope::net
