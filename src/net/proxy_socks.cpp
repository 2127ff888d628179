#include "net/proxy_socks.h"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/escape.h"
#include "net/host_name.h"
#include "net/socket_address.h"

namespace wscope::net {
namespace {

constexpr std::size_t kMaxField = 255;  // a length is one byte

std::string big_endian(std::uint16_t port) {
  return {static_cast<char>(port >> 8), static_cast<char>(port & 0xff)};
}

/// The address's bytes in network order; empty for a name.
std::string address_bytes(const std::string& host) {
  const auto address = SocketAddress::literal(host, 0);
  if (!address) return {};
  if (address->family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address->data());
    return {reinterpret_cast<const char*>(&v4->sin_addr), sizeof v4->sin_addr};
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address->data());
  return {reinterpret_cast<const char*>(&v6->sin6_addr), sizeof v6->sin6_addr};
}

unsigned byte_at(const std::string& bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

/// What both versions share: replies of known sizes are gathered, then taken.
class SocksDialogue : public ProxyDialogue {
 public:
  SocksDialogue(const Proxy& proxy, std::string host, std::uint16_t port, std::string shown)
      : proxy_(proxy),
        host_(std::move(host)),
        port_(port),
        shown_(std::move(shown)),
        via_(host_and_port(proxy.host, proxy.port)) {}

  std::size_t wants() const override {
    return state_ == State::kTalking ? expected_ - got_.size() : 0;
  }
  void received(std::string_view bytes) override {
    got_.append(bytes);
    if (state_ == State::kTalking && got_.size() >= expected_) take_reply();
  }
  void ended() override { fail_with(told() + "it closed the connection", {}); }

 protected:
  virtual void take_reply() = 0;

  std::string told() const { return "can't reach " + shown_ + " through proxy " + via_ + ": "; }

  void next(std::string message, std::size_t reply_size) {
    output_ += message;
    got_.clear();
    expected_ = reply_size;
  }
  void open() {
    state_ = State::kOpen;
    outcome_ = version() + " " + shown_ + " via " + via_ + ": granted";
  }
  void cannot_say(const std::string& what) {
    fail_with(told() + what, {});
    error_.stage = Stage::kUsage;
  }
  void not_socks() {
    refuse_with(told() + "it doesn't speak " + version() + ", its answer begins with \"" +
                    printable(got_, 80) + '"',
                "for an HTTP proxy: --proxy http://HOST:PORT");
  }
  virtual std::string version() const = 0;

  Proxy proxy_;
  std::string host_;
  std::uint16_t port_;
  std::string shown_;
  std::string via_;
  std::string got_;
  std::size_t expected_ = 0;
};

// --- SOCKS5 ------------------------------------------------------------------------------------

/// RFC 1928 6.
std::string reply_in_words(unsigned reply) {
  static constexpr const char* kWords[] = {"granted",
                                           "general failure",
                                           "its rules forbid it",
                                           "network unreachable",
                                           "host unreachable",
                                           "connection refused",
                                           "TTL expired",
                                           "command not supported",
                                           "address type not supported"};
  if (reply < std::size(kWords)) return kWords[reply];
  return "reply " + std::to_string(reply);
}

class Socks5Dialogue final : public SocksDialogue {
 public:
  Socks5Dialogue(const Proxy& proxy, std::string host, std::uint16_t port, std::string shown)
      : SocksDialogue(proxy, std::move(host), port, std::move(shown)) {
    if (proxy_.user && (proxy_.user->empty() || proxy_.user->size() > kMaxField ||
                        proxy_.password.size() > kMaxField)) {
      cannot_say("SOCKS5 takes a user of 1 to 255 bytes and a password of at most 255");
      return;
    }
    if (host_.size() > kMaxField) {
      cannot_say("SOCKS5 takes names of at most 255 bytes");
      return;
    }
    // RFC 1928 3: version, number of methods, methods (0 none, 2 user and password).
    next(proxy_.user ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3), 2);
  }

 private:
  enum class Step { kMethod, kAuthentication, kReply, kReplyRest };

  std::string version() const override { return "SOCKS5"; }

  void take_reply() override {
    switch (step_) {
      case Step::kMethod:
        return take_method();
      case Step::kAuthentication:
        if (got_[1] != 0) {
          return refuse_with(told() + "it doesn't accept this user and password",
                             "--proxy socks5h://USER:PASSWORD@HOST:PORT");
        }
        return request();
      case Step::kReply:
        return take_result();
      case Step::kReplyRest:
        return open();
    }
  }

  void take_method() {
    if (got_[0] != 5) return not_socks();
    const unsigned method = byte_at(got_, 1);
    if (method == 0) return request();
    if (method == 2 && proxy_.user) return authenticate();
    if (method == 0xff) {
      return refuse_with(told() + (proxy_.user ? "it accepts neither a user with password nor none"
                                               : "it wants a user and password"),
                         "--proxy socks5h://USER:PASSWORD@HOST:PORT");
    }
    refuse_with(told() + "it chose authentication method " + std::to_string(method) +
                    ", which was not offered",
                {});
  }

  void authenticate() {  // RFC 1929 2
    step_ = Step::kAuthentication;
    std::string message = "\x01";
    message += static_cast<char>(proxy_.user->size());
    message += *proxy_.user;
    message += static_cast<char>(proxy_.password.size());
    message += proxy_.password;
    next(std::move(message), 2);
  }

  void request() {  // RFC 1928 4
    step_ = Step::kReply;
    std::string message("\x05\x01\x00", 3);
    if (const std::string address = address_bytes(host_); !address.empty()) {
      message += address.size() == 4 ? '\x01' : '\x04';
      message += address;
    } else {
      message += '\x03';
      message += static_cast<char>(host_.size());
      message += host_;
    }
    // The shortest reply has 10 bytes; its fifth tells how long one with a name is.
    next(message + big_endian(port_), 5);
  }

  void take_result() {
    if (got_[0] != 5) return not_socks();
    if (const unsigned reply = byte_at(got_, 1); reply != 0) {
      address_at_fault_ = (reply >= 3 && reply <= 6) || reply == 8 || reply == 1;
      fail_with(told() + reply_in_words(reply),
                reply == 2 ? "the proxy doesn't allow this destination" : "");
      const bool may_pass = reply == 1 || (reply >= 3 && reply <= 6);
      if (!may_pass) error_.transient = false;
      return;
    }
    const unsigned type = byte_at(got_, 3);
    step_ = Step::kReplyRest;
    // RFC 1928 6: address (4, 16, or a name with its length) and port; 5 bytes are here.
    if (type == 1) {
      expected_ = 4 + 4 + 2;
    } else if (type == 4) {
      expected_ = 4 + 16 + 2;
    } else if (type == 3) {
      expected_ = 4 + 1 + byte_at(got_, 4) + 2;
    } else {
      refuse_with(told() + "its reply has an address of unknown type " + std::to_string(type), {});
    }
  }

  Step step_ = Step::kMethod;
};

// --- SOCKS4, SOCKS4a ---------------------------------------------------------------------------

class Socks4Dialogue final : public SocksDialogue {
 public:
  Socks4Dialogue(const Proxy& proxy, std::string host, std::uint16_t port, std::string shown)
      : SocksDialogue(proxy, std::move(host), port, std::move(shown)) {
    const std::string user = proxy_.user.value_or("");
    const std::string address = address_bytes(host_);
    if (user.find('\0') != std::string::npos) {
      cannot_say("SOCKS4 takes no user with a NUL byte");
      return;
    }
    if (address.size() == 16) {
      refuse_with(told() + "SOCKS4 knows no IPv6 addresses", "socks5h:// does");
      address_at_fault_ = true;
      return;
    }
    std::string message = "\x04\x01" + big_endian(port_);
    // 4a: an impossible address 0.0.0.x says that a name follows the user.
    message += address.empty() ? std::string("\0\0\0\x01", 4) : address;
    message += user + '\0';
    if (address.empty()) message += host_ + '\0';
    next(std::move(message), 8);
  }

 private:
  std::string version() const override {
    return proxy_.kind == Proxy::Kind::kSocks4a ? "SOCKS4a" : "SOCKS4";
  }

  void take_reply() override {
    if (got_[0] != 0) return not_socks();
    switch (const unsigned code = byte_at(got_, 1)) {
      case 0x5a:
        return open();
      case 0x5b:
        address_at_fault_ = true;
        return fail_with(told() + "rejected or failed", {});
      case 0x5c:
      case 0x5d:
        return refuse_with(told() + "rejected, for want of an identd that confirms the user", {});
      default:
        return refuse_with(told() + "reply " + std::to_string(code), {});
    }
  }
};

}  // namespace

std::unique_ptr<ProxyDialogue> socks_dialogue(const Proxy& proxy, const std::string& host,
                                              std::uint16_t port, const std::string& shown) {
  if (proxy.kind == Proxy::Kind::kSocks4 || proxy.kind == Proxy::Kind::kSocks4a) {
    return std::make_unique<Socks4Dialogue>(proxy, host, port, shown);
  }
  return std::make_unique<Socks5Dialogue>(proxy, host, port, shown);
}

}  // namespace wscope::net
