#include "dialect/jsonrpc.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json_parts.h"
#include "base/json_scanner.h"
#include "dialect/json_slice.h"

namespace wscope::dialect {
namespace {

constexpr std::size_t kMostAsked = 1024;
constexpr std::size_t kMostCalls = 65536;
// An element of two bytes takes a hundred times as much. What has more of them is shown as it came.
constexpr std::size_t kMostInBatch = 10000;

}  // namespace

std::string JsonRpc::request(const TypedCall& call, std::string_view id) {
  const auto& values = call.arguments;
  std::string text = "{\"jsonrpc\":\"2.0\",\"method\":" + json_quoted(call.name);
  if (values.size() == 1 && (values[0][0] == '{' || values[0][0] == '[')) {
    text += ",\"params\":" + values[0];
  } else if (!values.empty()) {
    text += ",\"params\":" + json_array(values);
  }
  if (!id.empty()) text.append(",\"id\":").append(id);
  return text + "}";
}

void JsonRpc::remember(std::string_view json, double now) {
  const auto members = json_members(json, kMostMembers);
  if (!members) return;
  const std::string id(json_member(*members, "id"));
  const auto method = json_text(json_member(*members, "method"));
  if (id.empty() || !method) return;
  await_reply(id, *method, now);
}

// Of so many that nobody answered none is missed: a reply is shown without its call, too.
void JsonRpc::await_reply(const std::string& id, std::string method, double now) {
  if (calls_.size() >= kMostCalls) calls_.clear();
  calls_[id] = {std::move(method), now};
}

Steps JsonRpc::typed(MessageType type, std::string_view data, double now) {
  if (type == MessageType::kBinary) return {refuse("JSON-RPC is text: binary input is not sent")};
  const auto first = data.find_first_not_of(" \t\r\n");
  const bool raw = first != data.npos && (data[first] == '{' || data[first] == '[');
  if (raw && is_json(data)) {
    const auto batch = json_elements(data);
    if (!batch) remember(data, now);
    for (const auto call : batch.value_or(std::vector<std::string_view>())) remember(call, now);
    return {send(std::string(data))};
  }
  if (raw) return {refuse(not_json(data.substr(first), "METHOD [ARG…], or JSON"))};
  const auto call = typed_call(data);
  if (!call) return {refuse(call.error())};
  if (call->name.empty()) return {refuse("no method named: not sent", "METHOD [ARG…]")};
  do ++last_id_;
  while (calls_.count(std::to_string(last_id_)) > 0);  // an id that was typed in JSON
  const auto id = std::to_string(last_id_);
  await_reply(id, call->name, now);
  return {send(request(*call, id))};
}

Steps JsonRpc::command(std::string_view line, double now) {
  const auto word = take_name(line);
  if (word == "notify") {
    const auto call = typed_call(line);
    if (!call) return {refuse(call.error())};
    if (call->name.empty()) {
      return {refuse("/notify needs a method: not sent", "/notify METHOD [ARG…]")};
    }
    return {send(request(*call, {}))};
  }
  if (word != "ack") return Dialect::command(word, now);
  if (asked_.empty()) return {refuse("no request waits for an answer: not sent")};
  auto chosen = asked_.end() - 1;
  const auto id = leading_value(line);
  const bool stands_apart = id.size() == line.size() || line[id.size()] == ' ';
  const auto found = stands_apart ? std::find(asked_.begin(), asked_.end(), id) : asked_.end();
  if (found != asked_.end()) {
    chosen = found;
    line.remove_prefix(id.size());
  }
  const auto values = typed_arguments(line);
  if (!values) return {refuse(values.error())};
  const std::string result = values->empty()       ? "null"
                             : values->size() == 1 ? values->front()
                                                   : json_array(*values);
  const std::string text = "{\"jsonrpc\":\"2.0\",\"result\":" + result + ",\"id\":" + *chosen + "}";
  asked_.erase(chosen);
  return {send(text)};
}

Steps JsonRpc::received(MessageType type, std::string_view data, double now) {
  if (type == MessageType::kBinary) return {notice("a binary message: not JSON-RPC")};
  Steps steps;
  auto batch = json_elements(data, kMostInBatch);
  if (!batch || batch->empty()) batch = std::vector{data};
  for (const auto element : *batch) {
    Steps more;
    steps.push_back(one(element, now, more));
    std::move(more.begin(), more.end(), std::back_inserter(steps));
  }
  return steps;
}

Step JsonRpc::one(std::string_view json, double now, Steps& more) {
  const auto members = json_members(json, kMostMembers);
  // What is no JSON-RPC is shown as it came: a log line or a greeting harms nobody.
  if (!members) return show(std::string(json));
  const std::string id(json_member(*members, "id"));
  if (const auto method = json_text(json_member(*members, "method"))) {
    const auto params = json_member(*members, "params");
    if (!id.empty() && id != "null") {
      if (asked_.size() >= kMostAsked) asked_.erase(asked_.begin());
      asked_.push_back(id);
      more.push_back(notice(shown_name(*method) + " waits for /ack " + id));
    }
    return show(shown_name(*method) + (params.empty() ? "" : " " + std::string(params)));
  }
  const auto error = json_member(*members, "error");
  const auto result = json_member(*members, "result");
  const bool failed = !error.empty() && error != "null";
  if (!failed && result.empty()) return show(std::string(json));
  std::string line = id.empty() ? "null" : id;
  line.append(failed ? " error " : " ").append(failed ? error : result);
  const auto call = calls_.find(id);
  if (call != calls_.end()) {
    if (setting_.latency) {
      line += fmt::format("  ({}, {:.1f} ms)", shown_name(call->second.method),
                          (now - call->second.sent) * 1000);
    }
    calls_.erase(call);
  }
  return show(std::move(line));
}

}  // namespace wscope::dialect
