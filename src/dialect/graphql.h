// Graphql: GraphQL over WebSocket, the graphql-transport-ws protocol.
//
// Typed `{ query }`, or JSON with "query" and what belongs to it → a subscribe with the next id;
// `next` → `ID {"data":…}`, `error` → `ID error […]`, `complete` → `ID complete`. Pings are
// answered. One connection's state; loop thread. Spec: the.guild's graphql-ws PROTOCOL.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "dialect/dialect.h"

namespace wscope::dialect {

class Graphql : public Dialect {
 public:
  explicit Graphql(Setting setting) : setting_(std::move(setting)) {}

  std::string_view name() const override { return "GraphQL"; }
  Steps opened() override;
  bool ready() const override { return acknowledged_; }
  std::string_view login_hint() const override;
  Steps typed(MessageType type, std::string_view data, double now) override;
  /// `complete ID` ends a subscription.
  Steps command(std::string_view line, double now) override;
  Steps received(MessageType type, std::string_view data, double now) override;

 private:
  const Setting setting_;
  bool acknowledged_ = false;
  std::uint64_t last_id_ = 0;
  std::map<std::string, double> running_;  // id → when it was asked
};

}  // namespace wscope::dialect
