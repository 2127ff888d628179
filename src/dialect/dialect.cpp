#include "dialect/dialect.h"

#include <utility>

#include "dialect/graphql.h"
#include "dialect/jsonrpc.h"
#include "dialect/socketio.h"
#include "dialect/stomp.h"

namespace wscope::dialect {
namespace {

Step step(Step::Kind kind, std::string data) {
  return {kind, MessageType::kText, std::move(data), {}, 0};
}

Step failed(Step::Kind kind, Stage stage, std::string message, std::string hint) {
  return {kind, MessageType::kText, {}, Error{stage, std::move(message), std::move(hint), {}}, 0};
}

}  // namespace

Step send(std::string text) { return step(Step::Kind::kSend, std::move(text)); }
Step send_credentials(std::string text, std::string masked) {
  Step whole = send(std::move(text));
  whole.masked = std::move(masked);
  return whole;
}
Step send_binary(std::string bytes) {
  return {Step::Kind::kSend, MessageType::kBinary, std::move(bytes), {}, 0};
}
Step show(std::string line) { return step(Step::Kind::kShow, std::move(line)); }
Step notice(std::string text) { return step(Step::Kind::kNotice, std::move(text)); }

Step refuse(std::string message, std::string hint) {
  return failed(Step::Kind::kRefuse, Stage::kInput, std::move(message), std::move(hint));
}
Step refuse(Error error) {
  return {Step::Kind::kRefuse, MessageType::kText, {}, std::move(error), 0};
}
Step refused_by_peer(std::string message, std::string hint) {
  return failed(Step::Kind::kFail, Stage::kHandshake, std::move(message), std::move(hint));
}
Step broken_by_peer(std::string message, std::string hint) {
  return failed(Step::Kind::kFail, Stage::kConnection, std::move(message), std::move(hint));
}

Step lost_peer(std::string message, std::string hint) {
  return failed(Step::Kind::kLost, Stage::kTimeout, std::move(message), std::move(hint));
}

Steps Dialect::command(std::string_view line, double) {
  const auto word = line.substr(0, line.find(' '));
  return {
      refuse("/" + std::string(word) + " is no command of " + std::string(name()) + ": not sent")};
}

std::unique_ptr<Dialect> make_dialect(DialectOptions::Kind kind, Setting setting) {
  switch (kind) {
    case DialectOptions::Kind::kNone:
      break;
    case DialectOptions::Kind::kSocketIo:
      return std::make_unique<SocketIo>(std::move(setting));
    case DialectOptions::Kind::kJsonRpc:
      return std::make_unique<JsonRpc>(std::move(setting));
    case DialectOptions::Kind::kGraphql:
      return std::make_unique<Graphql>(std::move(setting));
    case DialectOptions::Kind::kStomp:
      return std::make_unique<Stomp>(std::move(setting));
  }
  return nullptr;
}

std::string_view subprotocol_of(DialectOptions::Kind kind) {
  if (kind == DialectOptions::Kind::kGraphql) return "graphql-transport-ws";
  if (kind == DialectOptions::Kind::kStomp) return "v12.stomp";
  return {};
}

std::string resource_for(DialectOptions::Kind kind, std::string_view resource) {
  if (kind == DialectOptions::Kind::kSocketIo) return socketio_resource(resource);
  return std::string(resource);
}

}  // namespace wscope::dialect
