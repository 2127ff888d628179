// ProxyDialogue: what is said to a proxy until the tunnel stands, without I/O.
//
// The driver sends output(), reads at most wants() bytes and hands them to received(); so nothing
// of what comes after the proxy's last byte is taken. ended() says that the proxy closed. When
// state() is kOpen the stream is the tunnel; when it is kFailed, error() tells (Stage::kProxy) with
// what the proxy said as detail. A refusal's body is waited for a moment only: give_up() ends that.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace wscope::net {

class ProxyDialogue {
 public:
  enum class State { kTalking, kRefusing, kOpen, kFailed };  // kRefusing: the body is still coming

  virtual ~ProxyDialogue() = default;
  State state() const { return state_; }
  /// What to send now; taken by the call.
  std::string take_output() { return std::exchange(output_, {}); }
  virtual std::size_t wants() const = 0;
  virtual void received(std::string_view bytes) = 0;
  virtual void ended() = 0;
  virtual void give_up() {}
  /// The HTTP heads as on the wire; empty for SOCKS, and as long as there is none.
  const std::string& request_head() const { return request_head_; }
  const std::string& response_head() const { return response_head_; }
  const Error& error() const { return error_; }
  /// True where another address of the destination may do (SOCKS with names resolved here).
  bool address_at_fault() const { return address_at_fault_; }
  /// "CONNECT echo.example:443 via 127.0.0.1:3128: 200 Connection established".
  const std::string& outcome() const { return outcome_; }

 protected:
  void fail_with(std::string message, std::string hint, std::string detail = {}) {
    error_ = {Stage::kProxy, std::move(message), std::move(hint), std::move(detail)};
    state_ = State::kFailed;
  }
  /// It would say the same another time.
  void refuse_with(std::string message, std::string hint, std::string detail = {}) {
    fail_with(std::move(message), std::move(hint), std::move(detail));
    error_.transient = false;
  }

  State state_ = State::kTalking;
  std::string output_;
  std::string request_head_;
  std::string response_head_;
  std::string outcome_;
  Error error_;
  bool address_at_fault_ = false;
};

}  // namespace wscope::net
