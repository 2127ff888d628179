#include "net/proxy_http.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/byte_text.h"
#include "base/escape.h"
#include "base/http_field.h"
#include "net/host_name.h"

namespace wscope::net {
namespace {

constexpr std::size_t kMaxHead = 64 * 1024;
constexpr std::size_t kMaxRawBody = 64 * 1024;
constexpr std::size_t kMaxShownBody = 4 * 1024;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view header_of(std::string_view head, std::string_view name) {
  for (const std::string_view line : lines_of(head)) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(line.substr(0, colon), name)) {
      return trim_ows(line.substr(colon + 1));
    }
  }
  return {};
}

/// A chunked body (RFC 9112 7.1) as far as it came; `complete` with the last chunk.
std::string unchunked(std::string_view raw, bool& complete) {
  std::string out;
  complete = false;
  for (;;) {
    const auto end = raw.find('\n');
    if (end == std::string_view::npos) return out;
    std::size_t size = 0;
    if (std::from_chars(raw.data(), raw.data() + end, size, 16).ec != std::errc{}) return out;
    complete = size == 0;
    if (complete) return out;
    raw.remove_prefix(end + 1);
    out.append(raw.substr(0, size));
    if (size >= raw.size()) return out;
    raw.remove_prefix(size);
    if (raw.substr(0, 2) == "\r\n") raw.remove_prefix(2);
  }
}

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
    const std::string_view line = lines_of(head_).front();
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
    chunked_ = equal_ignoring_case(header_of(head_, "Transfer-Encoding"), "chunked");
    const std::string_view length = header_of(head_, "Content-Length");
    std::size_t number = 0;
    if (!chunked_ && !length.empty() &&
        std::from_chars(length.data(), length.data() + length.size(), number).ec == std::errc{}) {
      body_size_ = std::min(number, kMaxRawBody);
    }
    take_body({});
  }

  void take_body(std::string_view bytes) {
    raw_body_.append(bytes.substr(0, kMaxRawBody - std::min(kMaxRawBody, raw_body_.size())));
    bool complete = raw_body_.size() >= body_size_;
    if (chunked_) unchunked(raw_body_, complete);
    if (complete || raw_body_.size() >= kMaxRawBody) refuse();
  }

  /// `text` line by line, made safe to show.
  static std::string shown_lines(std::string_view text) {
    std::string out;
    for (const std::string_view line : lines_of(text)) {
      out += (out.empty() ? "" : "\n") + escaped(line, kMaxShownBody);
    }
    return out;
  }

  void refuse() {
    std::string detail = printable(lines_of(head_).front(), 200);
    for (const char* name : {"Proxy-Authenticate", "Retry-After", "Server", "Via"}) {
      if (const auto value = header_of(head_, name); !value.empty()) {
        detail += std::string("\n") + name + ": " + printable(value);
      }
    }
    const std::string_view challenge = header_of(head_, "Proxy-Authenticate");
    const bool takes_basic = challenge.empty() || challenge.find(',') != challenge.npos ||
                             equal_ignoring_case(challenge.substr(0, 5), "Basic");
    bool complete = false;
    const std::string body =
        chunked_ ? unchunked(raw_body_, complete) : raw_body_.substr(0, body_size_);
    if (!body.empty()) {
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
  std::string status_;  // "407 Proxy Authentication Required"
  bool chunked_ = false;
  std::size_t body_size_ = kMaxRawBody;  // until the end, where nothing tells
  std::string raw_body_;
};

}  // namespace

std::unique_ptr<ProxyDialogue> connect_dialogue(const Proxy& proxy,
                                                const std::string& destination) {
  return std::make_unique<ConnectDialogue>(proxy, destination);
}

}  // namespace wscope::net
