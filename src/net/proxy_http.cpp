#include "net/proxy_http.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/byte_text.h"
#include "base/escape.h"
#include "base/http_body.h"
#include "base/http_field.h"
#include "net/host_name.h"
#include "net/http_digest.h"

namespace wscope::net {
namespace {

constexpr std::size_t kMaxHead = 64 * 1024;
constexpr std::size_t kMaxShownBody = 4 * 1024;

std::string_view first_line(std::string_view text) { return next_head_line(text).value_or(text); }

std::string hint_for(int status, bool with_user, bool takes_basic) {
  switch (status) {
    case 401:  // what tinyproxy says to a wrong password
    case 407:
      if (!takes_basic)
        return "wscope speaks only Basic to proxies, and this one wants another scheme";
      return with_user ? "the proxy doesn't accept this user and password"
                       : "--proxy http://USER:PASSWORD@HOST:PORT";
    case 400:
    case 404:
    case 405:
    case 501:
      return "is it a proxy at all? a web server answers so";
    case 403:
      return "the proxy doesn't allow this destination";
    case 502:
    case 503:
    case 504:
      return "the proxy can't reach the destination";
    default:
      return {};
  }
}

class ConnectDialogue final : public ProxyDialogue {
 public:
  ConnectDialogue(const Proxy& proxy, const std::string& destination)
      : destination_(destination),
        via_(host_and_port(proxy.host, proxy.port)),
        with_user_(proxy.user.has_value()) {
    output_ = "CONNECT " + destination + " HTTP/1.1\r\nHost: " + destination + "\r\n";
    if (proxy.user) {
      output_ +=
          "Proxy-Authorization: Basic " + base64_of(*proxy.user + ":" + proxy.password) + "\r\n";
    }
    output_ += "User-Agent: wscope/" WSCOPE_VERSION "\r\n\r\n";
    request_head_ = output_;
  }

  /// One byte at a time within the head: what follows it belongs to the tunnel.
  std::size_t wants() const override {
    if (state_ == State::kTalking) return 1;
    return state_ == State::kRefusing ? 4096 : 0;
  }

  void received(std::string_view bytes) override {
    if (state_ == State::kRefusing) return take_body(bytes);
    for (const char c : bytes) {
      head_ += c;
      if (head_.size() == 5 && head_ != "HTTP/") return not_http();
      const bool whole = c == '\n' && head_.size() >= 2 &&
                         (head_.compare(head_.size() - 2, 2, "\n\n") == 0 ||
                          (head_.size() >= 3 && head_.compare(head_.size() - 3, 3, "\n\r\n") == 0));
      if (whole) return take_head();
      if (passed_over_ + head_.size() > kMaxHead) {
        return refuse_with(told() + "its answer's head is larger than 64 KiB", {});
      }
    }
  }

  void ended() override {
    if (state_ == State::kRefusing) return refuse();
    if (head_.empty()) {
      return fail_with(told() + "it closed the connection without an answer", {});
    }
    if (head_.size() < 5) return not_http();
    fail_with(told() + "it closed the connection within its answer's head", {}, shown_lines(head_));
  }

  void give_up() override {
    if (state_ == State::kRefusing) refuse();
  }

 private:
  std::string told() const {
    return "can't get a tunnel to " + destination_ + " from proxy " + via_ + ": ";
  }

  void not_http() {
    if (head_.compare(0, 2, "\x15\x03") == 0) {  // a TLS alert: RFC 8446 5.1
      return refuse_with(told() + "it speaks TLS, not plain HTTP", "--proxy https://HOST:PORT");
    }
    refuse_with(told() + "its answer is not HTTP: \"" + printable(head_, 80) + '"',
                "for a SOCKS proxy: --proxy socks5h://HOST:PORT");
  }

  void take_head() {
    response_head_ += head_;
    const std::string_view line = first_line(head_);
    const auto status_line = parse_status_line(line);
    if (!status_line) {
      return refuse_with(told() + "its status line can't be read: \"" + printable(line, 80) + '"',
                         {});
    }
    status_code_ = status_line->status;
    status_ = printable(line.substr(line.find(' ') + 1), 80);
    if (status_code_ / 100 == 1 && status_code_ != 101) {  // RFC 9110 15.2: the final one follows
      passed_over_ += head_.size();
      head_.clear();
      return;
    }
    outcome_ = "CONNECT " + destination_ + " via " + via_ + ": " + status_;
    if (status_code_ / 100 == 2) {
      state_ = State::kOpen;
      return;
    }
    state_ = State::kRefusing;
    body_.emplace(status_code_, head_, kMaxShownBody + 1);  // one more tells that it goes on
    take_body({});
  }

  void take_body(std::string_view bytes) {
    body_->feed(bytes);
    if (body_->done()) refuse();
  }

  /// `text` line by line, made safe to show.
  static std::string shown_lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const auto line = next_head_line(text);
      out += (out.empty() ? "" : "\n") + escaped(line ? *line : text, kMaxShownBody);
      if (!line) break;
    }
    return out;
  }

  /// However many fields there are: of a list of elements each may begin a challenge.
  std::vector<std::string> challenges() const {
    std::string all;
    for (const std::string_view element : field_list(head_, "Proxy-Authenticate")) {
      all.append(all.empty() ? "" : ", ").append(element);
    }
    return {all};
  }

  void refuse() {
    std::string detail = printable(first_line(head_), 200);
    for (const char* name : {"Proxy-Authenticate", "Retry-After", "Server", "Via"}) {
      if (const auto value = find_field(head_, name); value && !value->empty()) {
        detail += std::string("\n") + name + ": " + printable(*value);
      }
    }
    const auto schemes = challenge_schemes(challenges());
    const bool takes_basic =
        schemes.empty() || std::find(schemes.begin(), schemes.end(), "basic") != schemes.end();
    if (const std::string& body = body_->content(); !body.empty()) {
      detail += "\n\n" + shown_lines(utf8_prefix(body, kMaxShownBody));
      if (body.size() > kMaxShownBody) detail += "…";
    }
    fail_with("proxy " + via_ + " refused the tunnel to " + destination_ + ": " + status_,
              hint_for(status_code_, with_user_, takes_basic), std::move(detail));
    error_.transient = status_code_ == 429 || status_code_ >= 500;
  }

  std::string destination_;
  std::string via_;
  bool with_user_;
  std::string head_;
  std::size_t passed_over_ = 0;  // bytes of interim heads
  int status_code_ = 0;
  std::string status_;            // "407 Proxy Authentication Required"
  std::optional<HttpBody> body_;  // of a refusal
};

}  // namespace

std::unique_ptr<ProxyDialogue> connect_dialogue(const Proxy& proxy,
                                                const std::string& destination) {
  return std::make_unique<ConnectDialogue>(proxy, destination);
}

}  // namespace wscope::net
