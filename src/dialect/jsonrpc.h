// JsonRpc: JSON-RPC 2.0, one call a message.
//
// Typed `method arg…` → a request with the next id; a single object or array becomes the params
// themselves. Typed JSON is sent as it is. Replies → `ID RESULT` or `ID error {…}`, notifications
// of the server → `method PARAMS`, its requests → `method PARAMS` and an id for /ack. Batches are
// taken apart. One connection's state; loop thread. Spec: jsonrpc.org/specification.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dialect/dialect.h"
#include "dialect/typed_call.h"

namespace wscope::dialect {

class JsonRpc : public Dialect {
 public:
  explicit JsonRpc(Setting setting) : setting_(std::move(setting)) {}

  std::string_view name() const override { return "JSON-RPC"; }
  Steps typed(MessageType type, std::string_view data, double now) override;
  /// `notify METHOD ARG…` waits for no reply, `ack [ID] RESULT` answers a request of the server.
  Steps command(std::string_view line, double now) override;
  Steps received(MessageType type, std::string_view data, double now) override;

 private:
  struct Call {
    std::string method;
    double sent = 0;
  };
  Step one(std::string_view json, double now, Steps& more);
  void await_reply(const std::string& id, std::string method, double now);
  /// A call that was typed as JSON: its reply is matched like any other.
  void remember(std::string_view json, double now);
  static std::string request(const TypedCall& call, std::string_view id);

  const Setting setting_;
  std::uint64_t last_id_ = 0;
  std::map<std::string, Call> calls_;  // by id, as JSON
  std::vector<std::string> asked_;     // ids of the server's requests, as JSON; the newest last
};

}  // namespace wscope::dialect
