#include "dialect/graphql.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/escape.h"
#include "base/graphql_scanner.h"
#include "base/json_parts.h"
#include "dialect/json_slice.h"

namespace wscope::dialect {
namespace {

// graphql-transport-ws, Invalid message.
constexpr std::uint16_t kBadRequest = 4400;

Step invalid(std::string what) {
  Step step = broken_by_peer(std::move(what), "does that server speak graphql-transport-ws?");
  step.close_code = kBadRequest;
  return step;
}

/// Cuts off what stands before the first token that means something (GraphQL, 2.1).
void skip_ignored(std::string_view& text) {
  constexpr std::string_view kIgnored = " \t\r\n,\xEF\xBB\xBF";
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kIgnored), text.size()));
    if (text.empty() || text.front() != '#') return;
    text.remove_prefix(std::min(text.find_first_of("\r\n"), text.size()));
  }
}

/// A document that can be run begins so; a description may stand before.
bool begins_operation(std::string_view query) {
  constexpr std::string_view kNameEnds = " \t\r\n,{($@#";
  constexpr std::string_view kWords[] = {"query", "mutation", "subscription", "fragment"};
  if (query.front() == '{' || query.front() == '"') return true;
  const auto word = query.substr(0, query.find_first_of(kNameEnds));
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

/// Why a typed query is none: most of the time it is a line of one that has more of them.
std::optional<Step> fault_of(std::string_view query) {
  constexpr const char* kWhole = "--input whole takes all of standard input as one query";
  constexpr const char* kBegins =
      "a query begins with {, query, mutation, subscription or fragment";
  GraphqlScanner scanner;
  scanner.feed(query);
  scanner.finish();
  skip_ignored(query);
  if (query.empty()) return refuse("no query: not sent");
  const std::string shown = printable(query, 60);
  if (scanner.state() == GraphqlScanner::State::kOpen) {
    return refuse(shown + ": its " + std::string(scanner.open()) + " is not closed: not sent",
                  kWhole);
  }
  if (!begins_operation(query)) return refuse(shown + " begins no query: not sent", kBegins);
  if (scanner.state() == GraphqlScanner::State::kBroken) {
    return refuse(shown + ": its brackets or quotes don't match: not sent");
  }
  if (query.find('{') == query.npos) return refuse(shown + " asks for nothing: not sent", kWhole);
  return std::nullopt;
}

}  // namespace

Steps Graphql::opened() {
  const std::string init = "{\"type\":\"connection_init\"";
  if (setting_.graphql_init.empty()) return {send(init + "}")};
  const std::string with = init + ",\"payload\":";
  return {send_credentials(with + setting_.graphql_init + "}", with + kMask + "}")};
}

std::string_view Graphql::login_hint() const {
  if (!setting_.graphql_init.empty()) return {};
  return "--graphql-init JSON gives what it may ask for";
}

Steps Graphql::typed(MessageType type, std::string_view data, double now) {
  if (type == MessageType::kBinary) return {refuse("GraphQL is text: binary input is not sent")};
  const auto members = json_members(data, kMostMembers);
  const bool whole = members && !json_member(*members, "query").empty();
  if (!whole) {
    if (auto fault = fault_of(data)) return {std::move(*fault)};
  }
  const std::string payload = whole ? std::string(data) : "{\"query\":" + json_quoted(data) + "}";
  const auto id = std::to_string(++last_id_);
  running_[id] = now;
  return {send("{\"id\":\"" + id + "\",\"type\":\"subscribe\",\"payload\":" + payload + "}")};
}

Steps Graphql::command(std::string_view line, double now) {
  const auto word = take_name(line);
  if (word != "complete") return Dialect::command(word, now);
  const auto id = take_name(line);
  if (running_.erase(id) == 0) {
    return {refuse("/complete " + shown_name(id) + ": no such operation runs: not sent")};
  }
  return {send("{\"id\":" + json_quoted(id) + ",\"type\":\"complete\"}")};
}

Steps Graphql::received(MessageType type, std::string_view data, double now) {
  const auto members = type == MessageType::kText ? json_members(data, kMostMembers) : std::nullopt;
  const auto kind = members ? json_text(json_member(*members, "type")) : std::nullopt;
  if (!kind) return {invalid("not a message of graphql-transport-ws")};
  const std::string payload(json_member(*members, "payload"));
  if (*kind == "connection_ack") {
    acknowledged_ = true;
    return {};
  }
  if (*kind == "ping") {
    return {send(payload.empty() ? std::string("{\"type\":\"pong\"}")
                                 : "{\"type\":\"pong\",\"payload\":" + payload + "}")};
  }
  if (*kind == "pong") return {};
  if (*kind != "next" && *kind != "error" && *kind != "complete") {
    return {invalid("not a message type of graphql-transport-ws: " + shown_name(*kind))};
  }
  const auto id = json_text(json_member(*members, "id")).value_or(std::string());
  const auto running = running_.find(id);
  // A complete of ours may cross what was under way: the protocol has us drop that.
  if (running == running_.end()) return {};
  std::string took;
  if (setting_.latency) took = fmt::format("  ({:.1f} ms)", (now - running->second) * 1000);
  if (*kind == "next") return {show(id + " " + payload + took)};
  running_.erase(running);
  if (*kind == "error") return {show(id + " error " + payload + took)};
  return {show(id + " complete" + took)};
}

}  // namespace wscope::dialect
