// ResponseGate: holds the server's bytes until its answer to the upgrade is whole and right.
//
// feed() takes bytes in any split. kMore: keep reading. kAccepted: the upgrade holds (RFC 6455 4.1,
// RFC 7692 5): agreed() tells what was agreed and rest() the bytes that came after the head.
// kFailed: error() tells (Stage::kHandshake) with status line, the headers that matter and the
// bounded, de-chunked body in `detail`; head() is set when it could be parsed. A refusal's body is
// read until it is whole, until finish() (the peer's end) or cut(), or 16 KiB. Heads over 64 KiB
// fail. Pure: no clock, no socket.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/http_body.h"
#include "ws/handshake_request.h"
#include "ws/response_head.h"

namespace wscope::ws {

struct Agreed {
  std::string subprotocol;
  std::string extensions;  // the header's value, "" for none
  std::optional<DeflateAgreement> deflate;
};

class ResponseGate {
 public:
  enum class Progress { kMore, kAccepted, kFailed };

  explicit ResponseGate(const HandshakeRequest& request);

  Progress feed(std::string_view bytes);
  /// No more bytes will come: the peer ended, which may be the end of a refusal's body (`why` in
  /// words).
  Progress finish(std::string_view why);
  /// The same where it did not end: the connection broke, or the caller's patience is at its end.
  Progress cut(std::string_view why);

  /// The head is whole (accepted or not); parsed unless it was no HTTP.
  const std::optional<ResponseHead>& head() const { return head_; }
  /// Interim responses' heads (RFC 9110 15.2) so far, and behind them what came of one that is not
  /// head(): not whole, or not HTTP.
  std::string_view other_heads() const { return others_; }
  /// The body of a refusal, de-chunked, as far as it was read.
  const std::string& body() const { return body_; }
  const Agreed& agreed() const { return agreed_; }
  std::string_view rest() const { return rest_; }
  const Error& error() const { return error_; }
  /// True after the first byte of the answer.
  bool begun() const { return begun_; }

 private:
  enum class State { kFirstBytes, kHead, kBody, kAccepted, kFailed };

  Progress progress() const;
  void take_first_bytes();
  /// Takes what it can off `bytes` into the head; returns how much.
  std::size_t take_head(std::string_view bytes);
  void end_head();
  void judge_upgrade();
  /// For what the server would send another time, too.
  void reject(Error error);
  void fail_gate(Error error);
  void refuse_with_body();
  void refuse(const std::string& note);
  /// For a body that is not done; `why` no more of it will come.
  std::string cut_note(std::string_view why) const;

  HandshakeRequest request_;
  State state_ = State::kFirstBytes;
  std::string buffer_;           // the head being read
  std::size_t line_length_ = 0;  // of the head's last line so far
  std::string others_;           // other_heads()
  std::optional<ResponseHead> head_;
  std::optional<HttpBody> refusal_body_;
  std::string body_;
  Agreed agreed_;
  std::string rest_;
  Error error_;
  bool begun_ = false;
};

}  // namespace wscope::ws
