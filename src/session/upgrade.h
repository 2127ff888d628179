// Upgrade: writes the opening request to a Stream and waits for the answer (RFC 6455 4.1).
//
// One try on one stream: start() calls `done` exactly once, when the gate has accepted, refused, or
// the stream ended. The caller owns the stream and the deadline; give_up() ends the waiting with
// what is known so far (a refusal whose body stalls is still told). Request and response go to the
// sink. Loop thread only; destroying it cancels.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/event_sink.h"
#include "net/stream.h"
#include "ws/response_gate.h"

namespace wscope::session {

class Upgrade {
 public:
  /// Nothing: accepted, gate().agreed() tells what. Else why not; gate() has head() and body().
  using Done = std::function<void(Result<void>)>;

  Upgrade(net::Stream& stream, ws::HandshakeRequest request, EventSink& sink);
  ~Upgrade();
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;

  /// Asked once, when the head of an answer other than 101 is whole: true ends the waiting for its
  /// body, and `done` is called at once.
  using LeadsOn = std::function<bool(const ws::ResponseHead&)>;

  void start(Done done, LeadsOn leads_on = nullptr);
  /// `why` in words. False when nothing of an answer had come: then `done` is not called.
  bool give_up(std::string_view why);

  const ws::ResponseGate& gate() const { return gate_; }

 private:
  void write_some();
  void read_some();
  void tell_other_heads();
  void advance(ws::ResponseGate::Progress progress);
  void finish(Result<void> result);

  net::Stream& stream_;
  std::string head_;
  std::size_t written_ = 0;
  EventSink& sink_;
  ws::ResponseGate gate_;
  Done done_;
  LeadsOn leads_on_;
  Clock::Steady::time_point sent_at_;
  bool reading_ = false;
  bool told_head_ = false;
  std::size_t told_others_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wscope::session
