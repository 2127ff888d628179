#include "net/name_lookup.h"

#include <netdb.h>

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <cerrno>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/cause.h"

namespace wscope::net {
namespace {

using Addresses = std::vector<SocketAddress>;

int family_number(AddressFamily family) {
  switch (family) {
    case AddressFamily::kIpv4:
      return AF_INET;
    case AddressFamily::kIpv6:
      return AF_INET6;
    case AddressFamily::kAny:
      break;
  }
  return AF_UNSPEC;
}

/// RFC 6761 6.3: "localhost" and the names under it are the loopback addresses.
Addresses loopback_for(std::string host, std::uint16_t port, AddressFamily family) {
  if (!host.empty() && host.back() == '.') host.pop_back();
  static const std::string kName = "localhost";
  const bool under =
      host.size() > kName.size() &&
      host.compare(host.size() - kName.size() - 1, std::string::npos, "." + kName) == 0;
  Addresses out;
  if (host != kName && !under) return out;
  if (family != AddressFamily::kIpv4) out.push_back(*SocketAddress::literal("::1", port));
  if (family != AddressFamily::kIpv6) out.push_back(*SocketAddress::literal("127.0.0.1", port));
  return out;
}

Error lookup_error(const std::string& host, AddressFamily family, int code, int system_error) {
  Error error{Stage::kResolve, "can't resolve " + host + ": ", {}, {}};
  const bool narrowed = family != AddressFamily::kAny;
  const std::string version = family == AddressFamily::kIpv6 ? "IPv6" : "IPv4";
  if (narrowed && (code == EAI_NODATA || code == EAI_ADDRFAMILY)) {
    error.message += "it has no " + version + " address";
    error.hint = std::string("leave out ") + (family == AddressFamily::kIpv6 ? "-6" : "-4");
    return error;
  }
  error.message += code == EAI_SYSTEM ? cause_of(system_error) : lower_first(gai_strerror(code));
  if (code == EAI_AGAIN) {
    error.hint = "is the network up? --resolve HOST:PORT:ADDR does without a name server";
  } else if (narrowed && code == EAI_NONAME) {
    error.hint = "the name is unknown, or has no " + version + " address";
  }
  return error;
}

}  // namespace

Result<Addresses> look_up(const std::string& host, std::uint16_t port, AddressFamily family) {
  addrinfo hints{};
  hints.ai_family = family_number(family);
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  errno = 0;
  const int code = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  const int system_error = errno;
  Addresses out;
  if (code == 0) {
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
      SocketAddress address(one->ai_addr, one->ai_addrlen);
      address.set_port(port);
      if (std::find(out.begin(), out.end(), address) == out.end()) out.push_back(address);
    }
    freeaddrinfo(list);
  }
  if (out.empty()) out = loopback_for(host, port, family);
  if (out.empty()) return fail(lookup_error(host, family, code, system_error));
  return out;
}

/// What the thread and the loop have in common; `loop` is empty once nobody wants the result.
struct NameLookup::Shared {
  explicit Shared(asio::io_context& event_loop)
      : loop(&event_loop), work(event_loop.get_executor()) {}

  std::mutex mutex;
  asio::io_context* loop;
  // The loop must not run out of work while the thread is at it.
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  Done done;  // touched on the loop thread only
};

NameLookup::NameLookup(asio::io_context& loop) : loop_(loop) {}

NameLookup::~NameLookup() {
  if (!shared_) return;
  const std::lock_guard lock(shared_->mutex);
  shared_->loop = nullptr;
  shared_->work.reset();
  shared_->done = nullptr;
}

void NameLookup::start(const std::string& host, std::uint16_t port, AddressFamily family,
                       Done done) {
  shared_ = std::make_shared<Shared>(loop_);
  shared_->done = std::move(done);
  const auto deliver = [](const std::shared_ptr<Shared>& shared, Result<Addresses> result) {
    const std::lock_guard lock(shared->mutex);
    if (shared->loop == nullptr) return;
    asio::post(*shared->loop,
               [weak = std::weak_ptr<Shared>(shared), result = std::move(result)]() mutable {
                 const auto wanted = weak.lock();
                 if (!wanted || !wanted->done) return;
                 wanted->work.reset();
                 std::exchange(wanted->done, nullptr)(std::move(result));
               });
  };
  try {
    std::thread([shared = shared_, deliver, host, port, family] {
      deliver(shared, look_up(host, port, family));
    }).detach();
  } catch (const std::system_error& error) {
    deliver(shared_, fail(Stage::kInternal, "can't resolve " + host +
                                                ": no thread for it: " + cause_of(error.code())));
  }
}

}  // namespace wscope::net
