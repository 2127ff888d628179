#include "session/upgrade.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace wscope::session {

Upgrade::Upgrade(net::Stream& stream, ws::HandshakeRequest request, EventSink& sink)
    : stream_(stream), head_(request.head), sink_(sink), gate_(request) {}

Upgrade::~Upgrade() = default;

void Upgrade::start(Done done, LeadsOn leads_on) {
  done_ = std::move(done);
  leads_on_ = std::move(leads_on);
  sink_.on_request({head_});
  write_some();
}

void Upgrade::tell_other_heads() {
  const std::string_view fresh = gate_.other_heads().substr(told_others_);
  told_others_ += fresh.size();
  if (!fresh.empty()) sink_.on_head({Direction::kReceived, fresh});
}

bool Upgrade::give_up(std::string_view why) {
  if (!done_ || !gate_.begun()) return false;
  advance(gate_.cut(why));
  return true;
}

void Upgrade::write_some() {
  while (written_ < head_.size()) {
    sent_at_ = Clock::Steady::now();
    const auto result = stream_.write_some(head_.data() + written_, head_.size() - written_);
    if (result.status == net::IoResult::Status::kAgain) {
      // Who refuses a large request may do so before it has read all of it (RFC 9112 9.5).
      stream_.async_wait(net::Readiness::kWrite,
                         [this, weak = std::weak_ptr<bool>(alive_)](std::error_code error) {
                           if (!weak.expired() && !error) write_some();
                         });
      if (!std::exchange(reading_, true)) read_some();  // may destroy this
      return;
    }
    // A server may refuse before it has read everything: what it said is worth more than EPIPE.
    if (result.status != net::IoResult::Status::kOk) break;
    written_ += result.bytes;
  }
  if (!std::exchange(reading_, true)) read_some();
}

void Upgrade::read_some() {
  std::array<char, 16384> buffer;
  for (;;) {
    const auto result = stream_.read_some(buffer.data(), buffer.size());
    if (result.status == net::IoResult::Status::kAgain) {
      stream_.async_wait(net::Readiness::kRead,
                         [this, weak = std::weak_ptr<bool>(alive_)](std::error_code error) {
                           if (!weak.expired() && !error) read_some();
                         });
      return;
    }
    // TLS 1.3 tells what it thinks of our certificate only with the first read (RFC 8446 4.4.2).
    if (result.status == net::IoResult::Status::kFailed && !gate_.begun() &&
        stream_.stage(result.error) == Stage::kTls) {
      finish(fail(Stage::kTls,
                  fmt::format("TLS with {} failed: {}", stream_.peer_address(),
                              stream_.explain(result.error)),
                  stream_.hint(result.error)));
      return;
    }
    auto progress = result.status == net::IoResult::Status::kOk
                        ? gate_.feed({buffer.data(), result.bytes})
                    : result.status == net::IoResult::Status::kEnd
                        ? gate_.finish("the server ended the connection")
                        : gate_.cut(stream_.explain(result.error));
    tell_other_heads();
    if (!told_head_ && gate_.head()) {
      told_head_ = true;
      const std::chrono::duration<double> taken = Clock::Steady::now() - sent_at_;
      sink_.on_response({gate_.head()->raw, taken.count()});
      if (gate_.head()->status != 101 && leads_on_ && leads_on_(*gate_.head())) {
        progress = gate_.cut("it was not waited for");
      }
    }
    if (progress != ws::ResponseGate::Progress::kMore) {
      advance(progress);
      return;
    }
  }
}

void Upgrade::advance(ws::ResponseGate::Progress progress) {
  if (progress == ws::ResponseGate::Progress::kMore) return;
  if (progress == ws::ResponseGate::Progress::kAccepted) {
    if (written_ == head_.size()) return finish({});
    return finish(
        fail(Stage::kHandshake, "the server accepted the upgrade before it had the whole request"));
  }
  finish(fail(gate_.error()));
}

void Upgrade::finish(Result<void> result) {
  if (!done_) return;
  // `done` may destroy this object.
  const auto done = std::exchange(done_, nullptr);
  done(std::move(result));
}

}  // namespace wscope::session
