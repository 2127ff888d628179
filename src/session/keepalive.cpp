#include "session/keepalive.h"

#include <utility>

namespace wscope::session {
namespace {

constexpr std::string_view kPrefix = "keepalive-";

}  // namespace

Keepalive::Keepalive(asio::io_context& loop, const LivenessOptions& options, Hooks hooks)
    : options_(options),
      hooks_(std::move(hooks)),
      next_ping_(loop),
      pong_due_(loop),
      next_beat_(loop) {}

void Keepalive::start(Connection& connection) {
  connection_ = &connection;
  if (options_.ping_interval > 0) {
    next_ping_.start(options_.ping_interval, [this] { ping(); });
  }
  if (!options_.heartbeat.empty()) {
    next_beat_.start(options_.heartbeat_interval, [this] { beat(); });
  }
}

void Keepalive::stop() {
  next_ping_.cancel();
  pong_due_.cancel();
  next_beat_.cancel();
}

void Keepalive::pong(std::string_view data) {
  // Also a late one shows that the peer lives; the next ping begins the next wait.
  if (data.substr(0, kPrefix.size()) == kPrefix) pong_due_.cancel();
}

void Keepalive::ping() {
  next_ping_.start(options_.ping_interval, [this] { ping(); });
  if (!hooks_.ping(std::string(kPrefix) + std::to_string(++pings_))) return;
  // The deadline is for the oldest unanswered ping: a later one must not push it back.
  if (options_.pong_timeout <= 0 || pong_due_.running()) return;
  connection_->begin_pong_wait();
  await_pong();
}

void Keepalive::await_pong() {
  pong_due_.start(options_.pong_timeout, [this] {
    if (connection_->pong_was_held_up()) return await_pong();
    hooks_.dead();
  });
}

void Keepalive::beat() {
  next_beat_.start(options_.heartbeat_interval, [this] { beat(); });
  for (const auto& text : options_.heartbeat) {
    // Who reads nothing must not make us grow.
    if (connection_->has_room()) hooks_.heartbeat(text);
  }
}

}  // namespace wscope::session
