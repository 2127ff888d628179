#include <doctest/doctest.h>

#include "dialect/graphql.h"
#include "support.h"

using namespace wscope;
using dialect::Graphql;

TEST_CASE("init, acknowledgement, subscribe, next, complete") {
  Talk<Graphql> talk;
  CHECK(told(talk.dialect.opened()) == R"(>{"type":"connection_init"})");
  CHECK_FALSE(talk.dialect.ready());
  CHECK(talk.received(R"({"type":"connection_ack"})").empty());
  CHECK(talk.dialect.ready());
  CHECK(talk.typed("{ hello(name: \"x\") }") ==
        R"(>{"id":"1","type":"subscribe","payload":{"query":"{ hello(name: \"x\") }"}})");
  CHECK(talk.typed(R"({"query":"q","variables":{"a":1}})") ==
        R"(>{"id":"2","type":"subscribe","payload":{"query":"q","variables":{"a":1}}})");
  CHECK(talk.received(R"({"id":"1","type":"next","payload":{"data":{"hello": 1}}})") ==
        R"(<1 {"data":{"hello": 1}})");
  CHECK(talk.received(R"({"id":"1","type":"complete"})") == "<1 complete");
  CHECK(talk.received(R"({"id":"2","type":"error","payload":[{"message":"no"}]})") ==
        R"(<2 error [{"message":"no"}])");
  CHECK(talk.received(R"({"id":"2","type":"next","payload":{}})").empty());
  CHECK(talk.typed(" ").front() == '!');
}

TEST_CASE("the payload of connection_init is masked") {
  dialect::Setting setting;
  setting.graphql_init = R"({"token":"t"})";
  const auto steps = Talk<Graphql>(setting).dialect.opened();
  CHECK(steps.at(0).data == R"({"type":"connection_init","payload":{"token":"t"}})");
  CHECK(steps.at(0).masked == R"({"type":"connection_init","payload":…})");
}

TEST_CASE("a line of a query that has more of them is refused") {
  Talk<Graphql> talk;
  talk.received(R"({"type":"connection_ack"})");
  CHECK(talk.typed("query {") == "!query {: its { is not closed: not sent");
  CHECK(talk.typed(" me { name }") == "!me { name } begins no query: not sent");
  CHECK(talk.typed("}") == "!} begins no query: not sent");
  CHECK(talk.typed("{ a ) }") == "!{ a ) }: its brackets or quotes don't match: not sent");
  CHECK(talk.typed("query Q") == "!query Q asks for nothing: not sent");
  CHECK(talk.typed("# only this") == "!no query: not sent");
  CHECK(talk.typed("queryme { a }").front() == '!');
  CHECK(talk.typed("{\"variables\":{}").front() == '!');
  const auto steps = talk.dialect.typed(MessageType::kText, "{ a", 0);
  CHECK(steps.back().error.hint.substr(0, 13) == "--input whole");
  for (const char* whole :
       {"{ a }", "# b\n query{a}", "mutation M($a: Int) { a }", "fragment F on A { b }",
        "subscription @live { a }", "\"why\" query { a }"}) {
    CAPTURE(whole);
    CHECK(talk.typed(whole).front() == '>');
  }
}

TEST_CASE("pings, /complete, and what breaks the protocol") {
  Talk<Graphql> talk;
  talk.received(R"({"type":"connection_ack"})");
  CHECK(talk.received(R"({"type":"ping"})") == R"(>{"type":"pong"})");
  CHECK(talk.received(R"({"type":"ping","payload":{"a":1}})") ==
        R"(>{"type":"pong","payload":{"a":1}})");
  CHECK(talk.received(R"({"type":"pong"})").empty());
  CHECK(talk.command("complete 1").front() == '!');
  talk.typed("{ a }");
  CHECK(talk.command("complete 1") == R"(>{"id":"1","type":"complete"})");
  CHECK(talk.received(R"({"id":"1","type":"next","payload":{}})").empty());
  for (const char* text : {"", "hello", "{}", "[]", R"({"type":1})", R"({"type":"start"})",
                           R"({"id":"9","type":"data"})"}) {
    INFO(text);
    const auto steps = talk.dialect.received(MessageType::kText, text, 0);
    CHECK(told(steps).front() == '#');
    CHECK(steps.back().close_code == 4400);  // graphql-transport-ws, Invalid message
  }
  CHECK(talk.received_binary("x").front() == '#');
}

TEST_CASE("half a surrogate pair and a large number end nothing; a flood of members does") {
  Talk<Graphql> talk;
  talk.received(R"({"type":"connection_ack"})");
  talk.typed("{ a }");
  CHECK(talk.received(R"({"id":"1","type":"next","payload":{"data":["\ud83d",1e999]}})") ==
        R"(<1 {"data":["\ud83d",1e999]})");
  std::string many = R"({"id":"1","type":"next")";
  for (int i = 0; i < 10000; ++i) many += R"(,"":1)";
  CHECK(talk.received(many + "}").front() == '#');
}

TEST_CASE("a subscription goes on until its complete, and shows how long each event took") {
  dialect::Setting setting;
  setting.latency = true;
  Talk<Graphql> talk(setting);
  talk.received(R"({"type":"connection_ack","payload":{"any":1}})");
  talk.typed("subscription { ticks }");
  talk.now = 0.25;
  CHECK(talk.received(R"({"id":"1","type":"next","payload":{"data":1}})") ==
        R"(<1 {"data":1}  (250.0 ms))");
  talk.now = 1;
  CHECK(talk.received(R"({"id":"1","type":"next","payload":{"data":2}})") ==
        R"(<1 {"data":2}  (1000.0 ms))");
  CHECK(talk.received(R"({"id":"1","type":"complete"})") == "<1 complete  (1000.0 ms)");
  CHECK(talk.received(R"({"id":"1","type":"next","payload":{"data":3}})").empty());
}
