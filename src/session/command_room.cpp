#include "session/command_room.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/post.hpp>
#include <utility>

#include "ws/close_code.h"

namespace wscope::session {
namespace {

// A command that writes a lot must let the others have their turn.
constexpr int kActionsPerTurn = 256;

}  // namespace

CommandRoom::CommandRoom(asio::io_context& loop, const Options& options, const Clock& clock,
                         Host& host)
    : loop_(loop), options_(options), clock_(clock), host_(host) {}

ServedClient* CommandRoom::client_of(std::size_t number) const {
  const auto found = places_.find(number);
  return found != places_.end() ? found->second.client : nullptr;
}

void CommandRoom::pull_later(std::size_t number) {
  asio::post(loop_, [this, number] {
    if (ServedClient* living = client_of(number)) pull(*living);
  });
}

Result<void> CommandRoom::prepare(ServedClient& client, Environment environment) {
  const std::size_t number = client.number();
  ServedCommand::Hooks hooks;
  hooks.wrote = [this, number] {
    if (ServedClient* living = client_of(number)) pull(*living);
  };
  hooks.reads = [this, number] {
    if (ServedClient* living = client_of(number)) living->connection().settle();
  };
  hooks.ended = [this, number] { ended(number); };
  auto command =
      ServedCommand::create(loop_, options_, clock_, std::move(environment), std::move(hooks));
  if (!command) return fail(std::move(command.error()));
  places_[number] = {std::move(*command), &client};
  return {};
}

void CommandRoom::start(ServedClient& client) {
  auto started = places_.at(client.number()).command->start();
  if (started) return pull_later(client.number());
  host_.command_notice(fmt::format("client {}: {}", client.number(), started.error().message));
  client.connection().close(ws::kCloseInternalError, {});
}

void CommandRoom::message(const ServedClient& client, MessageType type, std::string_view data) {
  Message message{Direction::kReceived, type, data};
  message.client = client.number();
  places_.at(client.number()).command->receive(message);
}

void CommandRoom::flush(const ServedClient& client) {
  const auto found = places_.find(client.number());
  if (found != places_.end()) found->second.command->flush();
}

bool CommandRoom::may_read(const ServedClient& client) const {
  const auto found = places_.find(client.number());
  if (found == places_.end()) return true;
  // What it says is taken no more, so that it may read no more: the end must be found.
  return client.connection().write_broken() || !found->second.command->congested();
}

/// False for an action that has no meaning for one client.
bool CommandRoom::perform(ServedClient& client, const Action& action) {
  using Kind = Action::Kind;
  Connection& connection = client.connection();
  switch (action.kind) {
    case Kind::kText:
    case Kind::kBinary: {
      const auto type = action.kind == Kind::kText ? MessageType::kText : MessageType::kBinary;
      if (!connection.send(type, action.data)) return false;
      host_.command_sent(client, type, action.data);
      return true;
    }
    case Kind::kPing:
      if (!connection.ping(action.data)) return false;
      host_.command_pinged(client, action.data);
      return true;
    case Kind::kPong:
      if (!connection.pong(action.data)) return false;
      host_.command_ponged(client, action.data);
      return true;
    case Kind::kQuit:
      connection.close(ws::kCloseNormal, {});
      return true;
    case Kind::kClose:
      connection.close(action.code, action.data);
      return true;
    default:
      return false;
  }
}

void CommandRoom::pull(ServedClient& client) {
  const auto found = places_.find(client.number());
  if (found == places_.end()) return;
  Place& place = found->second;
  Connection& connection = client.connection();
  Action action;
  for (int i = 0; connection.open() && connection.has_room(); ++i) {
    if (i == kActionsPerTurn) {
      pull_later(client.number());
      break;
    }
    action.clear();
    const auto pulled = place.command->next(action);
    if (pulled == ActionSource::Pull::kEmpty) break;
    if (pulled == ActionSource::Pull::kEnd) {
      close_when_done(place);
      break;
    }
    if (action.kind == Action::Kind::kRefused) {
      host_.command_notice(fmt::format("client {}: {}", client.number(), action.error.message));
    } else if (action.client != 0 || !perform(client, action)) {
      host_.command_notice(fmt::format(
          "client {}: its command has no use for that slash command: not done", client.number()));
    }
  }
  if (!connection.open()) place.command->discard_output();
  connection.settle();
  host_.command_rests();
}

void CommandRoom::closing(const ServedClient& client) {
  const auto found = places_.find(client.number());
  if (found != places_.end()) found->second.command->discard_output();
}

// Its output may be held open by what it left behind, and its end may come after that of its
// output.
void CommandRoom::close_when_done(Place& place) {
  if (!place.client || !place.command->done()) return;
  Connection& connection = place.client->connection();
  if (!connection.open()) return;
  const bool failed = place.command->end()->failed();
  connection.close(failed ? ws::kCloseInternalError : ws::kCloseNormal, {});
  connection.settle();
}

void CommandRoom::ended(std::size_t number) {
  const auto found = places_.find(number);
  if (found == places_.end()) return;
  Place& place = found->second;
  if (place.command->end()->failed()) {
    host_.command_notice(
        fmt::format("client {}: the command {}", number, end_words(*place.command->end())));
  }
  if (place.client) return close_when_done(place);
  // Not from within its own callback.
  asio::post(loop_, [this, number] { remove(number); });
}

void CommandRoom::client_left(const ServedClient& client) {
  const auto found = places_.find(client.number());
  if (found == places_.end()) return;
  Place& place = found->second;
  place.client = nullptr;
  if (!place.command->started() || place.command->end()) return remove(client.number());
  place.command->let_go();
}

void CommandRoom::remove(std::size_t number) {
  if (places_.erase(number) > 0) host_.command_left();
}

void CommandRoom::signal(int number) {
  for (auto& [client, place] : places_) place.command->signal(number);
}

std::size_t CommandRoom::leaving() const {
  return static_cast<std::size_t>(
      std::count_if(places_.begin(), places_.end(),
                    [](const auto& place) { return place.second.client == nullptr; }));
}

}  // namespace wscope::session
