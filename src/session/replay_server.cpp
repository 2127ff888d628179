#include "session/replay_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wscope::session {

Result<std::unique_ptr<ReplayServer>> ReplayServer::open(const Options& options,
                                                         asio::io_context& loop, Clock& clock) {
  if (options.automation.replay.empty()) return nullptr;
  auto recording = input::Recording::open(options.automation.replay);
  if (!recording) return fail(std::move(recording.error()));
  return std::unique_ptr<ReplayServer>(
      new ReplayServer(options, loop, clock, std::move(*recording)));
}

ReplayServer::ReplayServer(const Options& options, asio::io_context& loop, Clock& clock,
                           std::shared_ptr<const input::Recording> recording)
    : options_(options), loop_(loop), clock_(clock), recording_(std::move(recording)) {}

std::string ReplayServer::subprotocol(const std::vector<std::string>& offered) const {
  const std::string& ours = recording_->connection().subprotocol;
  const bool agreed = std::find(offered.begin(), offered.end(), ours) != offered.end();
  return agreed ? ours : std::string();
}

void ReplayServer::client_opened(ServedClient& client) {
  ReplayManner manner;
  manner.as_client = false;
  manner.factor = replay_factor(options_.automation.speed);
  manner.waits = true;
  manner.answers_pings = options_.liveness.send_pong;
  const auto [place, is_new] = parts_.try_emplace(client.number(), loop_, recording_, manner);
  Part& part = place->second;
  if (options_.automation.verify_replay) part.verifier.emplace(recording_, true);
  part.player.start(clock_.seconds());
  play(client, part);
}

void ReplayServer::client_message(ServedClient& client, MessageType type, std::string_view data) {
  const auto found = parts_.find(client.number());
  if (found == parts_.end()) return;
  Part& part = found->second;
  if (part.verifier) part.verifier->message(type, data);
  if (part.player.heard(clock_.seconds())) play(client, part);
}

void ReplayServer::client_has_room(ServedClient& client) {
  const auto found = parts_.find(client.number());
  if (found != parts_.end()) play(client, found->second);
}

// Each client's queue is its own: who does not read stops only its own play.
void ReplayServer::play(ServedClient& client, Part& part) {
  auto& connection = client.connection();
  while (!part.over && connection.open() && connection.has_room() && !host_->replay_waits()) {
    const double now = clock_.seconds();
    const auto step = part.player.next(now);
    if (step.kind == ReplayPlayer::Step::Kind::kPlay) {
      perform(client, *step.event);
    } else if (step.kind == ReplayPlayer::Step::Kind::kEnd) {
      end(client, part);
    } else {
      part.deadline.cancel();
      if (!step.until) return;
      part.deadline.start(std::max(0.0, *step.until - now), [this, &client, &part] {
        clock_.sample();
        play(client, part);
        client.connection().settle();
        host_->replay_rests();
      });
      return;
    }
  }
}

void ReplayServer::perform(ServedClient& client, const input::RecordedEvent& event) {
  using Event = input::RecordedEvent::Kind;
  auto& connection = client.connection();
  switch (event.kind) {
    case Event::kPing:
      if (connection.ping(event.data)) {
        events_.ping(client, Direction::kSent, event.data);
      }
      return;
    case Event::kPong:
      if (connection.pong(event.data)) {
        events_.pong(client, Direction::kSent, event.data);
      }
      return;
    case Event::kClose:
      connection.close(event.code, event.data);
      return;
    default:
      break;
  }
  if (!connection.send(event.type, event.data)) return;
  events_.message(client, Direction::kSent, event.type, event.data);
}

void ReplayServer::end(ServedClient& client, Part& part) {
  part.over = true;
  const auto& recorded = recording_->connection();
  if (!recorded.lost || recorded.closed) return;
  client.connection().abort({Stage::kConnection, "dropped, as recorded", {}, {}});
}

void ReplayServer::client_ended(ServedClient& client, const Ending& ending, bool cut_short) {
  const auto found = parts_.find(client.number());
  if (found == parts_.end()) return;
  auto verifier = std::move(found->second.verifier);
  parts_.erase(found);
  if (!verifier) return;
  ++verified_;
  if (ending.closed.first) verifier->closed(ending.closed_event());
  if (auto difference = verifier->verdict(cut_short)) {
    ++differing_;
    difference->message = fmt::format("client {}: {}", client.number(), difference->message);
    sink_->on_error(*difference);
  }
}

Error ReplayServer::failure() const {
  return {Stage::kExpectation,
          fmt::format("{} of {} client{} not as recorded", differing_, verified_,
                      verified_ == 1 ? " was" : "s were"),
          {},
          {}};
}

}  // namespace wscope::session
