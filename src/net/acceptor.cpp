#include "net/acceptor.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <set>
#include <utility>

#include "base/cause.h"
#include "base/escape.h"
#include "base/unique_fd.h"
#include "net/host_name.h"
#include "net/name_lookup.h"
#include "net/socket_address.h"
#include "net/socket_stream.h"
#include "net/tls_context.h"
#include "net/tls_handshake.h"

namespace wscope::net {

namespace {

constexpr int kAcceptsAtOnce = 64;  // then other events get their turn
constexpr auto kPauseWithoutDescriptors = std::chrono::milliseconds(100);

tl::unexpected<Error> bad_address(const std::string& text) {
  return fail(Stage::kUsage, "can't listen on \"" + printable(text) + "\": not an address",
              "[HOST:]PORT or unix:PATH");
}

/// 0 stands for "any free port" here, which parse_port refuses.
std::optional<std::uint16_t> listening_port(std::string_view text) {
  const bool zero = !text.empty() && text.find_first_not_of('0') == std::string_view::npos;
  return zero ? std::optional<std::uint16_t>(0) : parse_port(text);
}

/// [HOST:]PORT, where a lone number is a port; "*" stands for every address.
Result<std::vector<SocketAddress>> listening_addresses(const std::string& text) {
  if (text.rfind("unix:", 0) == 0) {
    auto address = SocketAddress::unix_path(text.substr(5));
    if (!address) return fail(address.error());
    return std::vector<SocketAddress>{*address};
  }
  const auto parts = split_host_port(text);
  if (!parts) return bad_address(text);
  const auto port = listening_port(parts->port ? *parts->port : parts->host);
  if (!port) return bad_address(text);
  std::string_view host = parts->port ? parts->host : std::string_view();
  if (host == "*") {  // [::] takes IPv4, too; but there may be no IPv6
    return std::vector<SocketAddress>{*SocketAddress::literal("::", *port),
                                      *SocketAddress::literal("0.0.0.0", *port)};
  }
  if (host.empty()) host = "127.0.0.1";
  const auto name = parse_host(host);
  if (!name) return bad_address(text);
  if (!name->is_ip_literal) return look_up(name->ascii, *port, AddressFamily::kAny);
  auto address = SocketAddress::zoned(name->ascii, name->zone, *port);
  if (!address) return fail(address.error());
  return std::vector<SocketAddress>{*address};
}

/// A socket file that nobody listens on any more, left by a process that was killed.
bool is_stale(const SocketAddress& address, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return ::connect(probe.get(), address.data(), address.size()) != 0 && errno == ECONNREFUSED;
}

/// The listening socket, or the errno of what failed.
std::pair<UniqueFd, int> listen_on(const SocketAddress& address, const std::string& unix_path) {
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return {UniqueFd(), errno};
  const int on = 1;
  if (address.family() != AF_UNIX) {
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  int bound = ::bind(fd.get(), address.data(), address.size());
  if (bound != 0 && errno == EADDRINUSE && !unix_path.empty() && is_stale(address, unix_path)) {
    ::unlink(unix_path.c_str());
    bound = ::bind(fd.get(), address.data(), address.size());
  }
  if (bound != 0 || ::listen(fd.get(), SOMAXCONN) != 0) return {UniqueFd(), errno};
  return {std::move(fd), 0};
}

std::string hint_for(int error, const std::string& unix_path) {
  if (error == EADDRINUSE) {
    struct stat status {};
    if (!unix_path.empty() && ::stat(unix_path.c_str(), &status) == 0 &&
        !S_ISSOCK(status.st_mode)) {
      return "a file that is no socket stands there";
    }
    return unix_path.empty() ? "another program listens there; port 0 takes any free port"
                             : "another program listens there";
  }
  if (error == EACCES) return "ports below 1024 and others' folders need privileges";
  if (error == EADDRNOTAVAIL) return "it is not an address of this machine";
  return {};
}

}  // namespace

class Acceptor::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, UniqueFd fd, std::string unix_path,
       std::shared_ptr<TlsContext> context, double handshake_timeout)
      : local(SocketAddress::local_of(fd.get())),
        context_(std::move(context)),
        loop_(loop),
        socket_(loop, fd.get()),
        pause_(loop),
        unix_path_(std::move(unix_path)),
        handshake_timeout_(handshake_timeout) {
    fd.release();
    struct stat status {};
    if (!unix_path_.empty() && ::stat(unix_path_.c_str(), &status) == 0) inode_ = status.st_ino;
  }

  void start(Accepted accepted, Failed failed) {
    accepted_ = std::move(accepted);
    failed_ = std::move(failed);
    wait();
  }
  void stop();

  const SocketAddress local;
  bool secure() const { return context_ != nullptr; }

 private:
  /// A TLS handshake of a client that came, with its deadline.
  struct Newcomer {
    Newcomer(asio::io_context& loop, std::shared_ptr<TlsContext> context,
             std::unique_ptr<Stream> stream, TlsPeer tls_peer)
        : handshake(loop, std::move(context), std::move(stream), tls_peer),
          deadline(loop),
          peer(std::move(tls_peer.shown)) {}
    TlsHandshake handshake;
    asio::steady_timer deadline;
    std::string peer;
  };

  void wait();
  void accept_all();
  void no_descriptors(int error);
  void secure(std::unique_ptr<Stream> stream);
  void finish(const std::shared_ptr<Newcomer>& newcomer, Result<TlsHandshake::Secured> result);

  std::shared_ptr<TlsContext> context_;
  asio::io_context& loop_;
  asio::posix::stream_descriptor socket_;
  asio::steady_timer pause_;
  std::string unix_path_;  // ours to remove
  ino_t inode_ = 0;
  double handshake_timeout_;
  int told_ = 0;  // the errno of the last try, where that failed
  Accepted accepted_;
  Failed failed_;
  std::set<std::shared_ptr<Newcomer>> newcomers_;  // their only owner
};

void Acceptor::Impl::wait() {
  socket_.async_wait(asio::posix::descriptor_base::wait_read,
                     [weak = weak_from_this()](std::error_code error) {
                       const auto self = weak.lock();
                       if (!error && self && self->socket_.is_open()) self->accept_all();
                     });
}

void Acceptor::Impl::accept_all() {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    UniqueFd fd(::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      return no_descriptors(errno);
    }
    told_ = 0;
    auto stream = std::make_unique<SocketStream>(loop_, std::move(fd));
    if (context_) {
      secure(std::move(stream));
    } else {
      accepted_(std::move(stream));
    }
    if (!socket_.is_open()) return;  // stopped by the callback
  }
  wait();
}

/// The connection stays in the backlog, and the socket ready: trying at once would spin.
void Acceptor::Impl::no_descriptors(int error) {
  if (std::exchange(told_, error) != error) {
    failed_({Stage::kConnection, "can't accept connections: " + cause_of(error), {}, {}});
  }
  pause_.expires_after(kPauseWithoutDescriptors);
  pause_.async_wait([weak = weak_from_this()](std::error_code cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && self->socket_.is_open()) self->wait();
  });
}

void Acceptor::Impl::secure(std::unique_ptr<Stream> stream) {
  TlsPeer peer;
  peer.role = TlsPeer::Role::kClient;
  peer.shown = stream->peer_address();
  const auto newcomer =
      std::make_shared<Newcomer>(loop_, context_, std::move(stream), std::move(peer));
  newcomers_.insert(newcomer);
  const std::weak_ptr<Newcomer> weak = newcomer;
  newcomer->deadline.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(handshake_timeout_)));
  newcomer->deadline.async_wait([this, weak](std::error_code cancelled) {
    const auto late = weak.lock();
    if (cancelled || !late) return;
    finish(late, fail(Stage::kTimeout, "TLS handshake with " + late->peer + " timed out"));
  });
  newcomer->handshake.start([this, weak](Result<TlsHandshake::Secured> result) {
    finish(weak.lock(), std::move(result));
  });
}

void Acceptor::Impl::finish(const std::shared_ptr<Newcomer>& newcomer,
                            Result<TlsHandshake::Secured> result) {
  const auto self = shared_from_this();
  newcomers_.erase(newcomer);
  newcomer->deadline.cancel();
  if (result) {
    accepted_(std::move(result->stream));
  } else {
    failed_(result.error());
  }
}

void Acceptor::Impl::stop() {
  if (!socket_.is_open()) return;
  std::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
  newcomers_.clear();
  struct stat status {};
  if (!unix_path_.empty() && ::stat(unix_path_.c_str(), &status) == 0 && status.st_ino == inode_) {
    ::unlink(unix_path_.c_str());
  }
}

Result<std::unique_ptr<Acceptor>> Acceptor::open(asio::io_context& loop, const std::string& address,
                                                 const TlsOptions& tls, double handshake_timeout) {
  std::shared_ptr<TlsContext> context;
  if (!tls.cert_file.empty()) {
    auto created = TlsContext::create(tls, TlsContext::Role::kServer);
    if (!created) return fail(created.error());
    context = std::move(*created);
  } else if (!tls.key_file.empty()) {
    return fail(Stage::kUsage, "--key needs --cert: a key alone identifies nobody");
  }
  auto addresses = listening_addresses(address);
  if (!addresses) return fail(addresses.error());
  const bool file = addresses->front().family() == AF_UNIX && address.compare(0, 6, "unix:@") != 0;
  const std::string unix_path = file ? address.substr(5) : "";
  int error = 0;
  for (const SocketAddress& candidate : *addresses) {
    auto [fd, failure] = listen_on(candidate, unix_path);
    if (fd) {
      return std::unique_ptr<Acceptor>(new Acceptor(std::make_shared<Impl>(
          loop, std::move(fd), unix_path, std::move(context), handshake_timeout)));
    }
    if (error == 0) error = failure;
  }
  return fail(Stage::kConnect,
              "can't listen on " + addresses->front().text() + ": " + cause_of(error),
              hint_for(error, unix_path));
}

Acceptor::Acceptor(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Acceptor::~Acceptor() { impl_->stop(); }

void Acceptor::start(Accepted accepted, Failed failed) {
  impl_->start(std::move(accepted), std::move(failed));
}
void Acceptor::stop() { impl_->stop(); }
std::string Acceptor::local_address() const { return impl_->local.text(); }
std::uint16_t Acceptor::port() const { return impl_->local.port(); }
bool Acceptor::secure() const { return impl_->secure(); }

}  // namespace wscope::net
