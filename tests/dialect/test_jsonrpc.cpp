#include <doctest/doctest.h>

#include "dialect/jsonrpc.h"
#include "support.h"

using namespace wscope;
using dialect::JsonRpc;

TEST_CASE("typed calls count their ids") {
  Talk<JsonRpc> talk;
  CHECK(talk.dialect.ready());
  CHECK(talk.typed("subtract 42 23") ==
        R"(>{"jsonrpc":"2.0","method":"subtract","params":[42,23],"id":1})");
  CHECK(talk.typed(R"(subtract {"a":1})") ==
        R"(>{"jsonrpc":"2.0","method":"subtract","params":{"a":1},"id":2})");
  CHECK(talk.typed("sum [1,2]") == R"(>{"jsonrpc":"2.0","method":"sum","params":[1,2],"id":3})");
  CHECK(talk.typed("list") == R"(>{"jsonrpc":"2.0","method":"list","id":4})");
  CHECK(talk.typed("echo good day") ==
        R"(>{"jsonrpc":"2.0","method":"echo","params":["good day"],"id":5})");
  CHECK(talk.typed("").front() == '!');
  CHECK(told(talk.dialect.typed(MessageType::kBinary, "x", 0)).front() == '!');
}

TEST_CASE("typed JSON goes as it is") {
  Talk<JsonRpc> talk;
  const std::string raw = R"({"jsonrpc":"2.0", "method":"a", "id":"x"})";
  CHECK(talk.typed(raw) == ">" + raw);
  CHECK(talk.typed("[1]") == ">[1]");
  CHECK(talk.received(R"({"jsonrpc":"2.0","id":"x","result":1})") == "<\"x\" 1");
}

TEST_CASE("what looks like JSON and is none is refused, and counts no id") {
  Talk<JsonRpc> talk;
  CHECK(talk.typed(R"({"method":"a")") ==
        R"(!{"method":"a" is not JSON: it ends too early: not sent)");
  CHECK(talk.typed("subtract {a: 1}") ==
        "!{a: 1} is not JSON: expected a name in quotes or '}': not sent");
  CHECK(talk.command("notify tick [1").front() == '!');
  CHECK(talk.typed("a") == R"(>{"jsonrpc":"2.0","method":"a","id":1})");
  talk.received(R"({"method":"who","id":2})");
  CHECK(talk.command("ack 2 {me").front() == '!');
  CHECK(talk.command("ack 2 1") == R"(>{"jsonrpc":"2.0","result":1,"id":2})");
}

TEST_CASE("replies carry their ids, and their latency where asked for") {
  Talk<JsonRpc> talk;
  talk.typed("a");
  CHECK(talk.received(R"({"jsonrpc":"2.0","result":{"b": 1.0},"id":1})") == R"(<1 {"b": 1.0})");
  CHECK(talk.received(R"({"jsonrpc":"2.0","error":{"code":-32601},"id":2})") ==
        R"(<2 error {"code":-32601})");
  CHECK(talk.received(R"({"result":null,"error":null,"id":3})") == "<3 null");
  CHECK(talk.received(R"({"error":{"code":-32700},"id":null})") ==
        R"(<null error {"code":-32700})");
  dialect::Setting setting;
  setting.latency = true;
  Talk<JsonRpc> timed(setting);
  timed.now = 2;
  timed.typed("subtract 1 2");
  timed.now = 2.0125;
  CHECK(timed.received(R"({"result":-1,"id":1})") == "<1 -1  (subtract, 12.5 ms)");
  CHECK(timed.received(R"({"result":-1,"id":1})") == "<1 -1");
}

TEST_CASE("notifications, both ways") {
  Talk<JsonRpc> talk;
  CHECK(talk.received(R"({"method":"tick","params":[1, 2]})") == "<tick [1, 2]");
  CHECK(talk.received(R"({"method":"tick"})") == "<tick");
  CHECK(talk.command("notify tick 5") == R"(>{"jsonrpc":"2.0","method":"tick","params":[5]})");
  CHECK(talk.command("notify").front() == '!');
  CHECK(talk.command("call x").front() == '!');
}

TEST_CASE("requests of the server are answered with /ack") {
  Talk<JsonRpc> talk;
  CHECK(talk.command("ack 1").front() == '!');
  CHECK(talk.received(R"({"method":"who","id":"q1"})") == "<who\n*who waits for /ack \"q1\"");
  CHECK(talk.received(R"({"method":"who","id":2})") == "<who\n*who waits for /ack 2");
  CHECK(talk.command(R"(ack "q1" {"me":1})") ==
        R"(>{"jsonrpc":"2.0","result":{"me":1},"id":"q1"})");
  CHECK(talk.command("ack") == R"(>{"jsonrpc":"2.0","result":null,"id":2})");
  CHECK(talk.received(R"({"method":"who","id":"a b"})") == "<who\n*who waits for /ack \"a b\"");
  talk.received(R"({"method":"who","id":3})");
  CHECK(talk.command(R"(ack "a b" 5)") == R"(>{"jsonrpc":"2.0","result":5,"id":"a b"})");
  CHECK(talk.command("ack 3:4") == R"(>{"jsonrpc":"2.0","result":"3:4","id":3})");
}

TEST_CASE("batches are taken apart, other text shown") {
  Talk<JsonRpc> talk;
  CHECK(talk.received(R"([{"result":1,"id":1},{"method":"m"}, 5])") == "<1 1\n<m\n<5");
  CHECK(talk.received("[]") == "<[]");
  CHECK(talk.received("hello") == "<hello");
  CHECK(talk.received("") == "<");
  CHECK(talk.received(R"({"a":1})") == R"(<{"a":1})");
}

// jsonrpc.org/specification, section 7: the batch of its examples.
TEST_CASE("a typed batch: its replies are matched in any order, errors shown") {
  dialect::Setting setting;
  setting.latency = true;
  Talk<JsonRpc> talk(setting);
  talk.typed(R"([{"jsonrpc":"2.0","method":"sum","params":[1,2,4],"id":"1"},)"
             R"({"jsonrpc":"2.0","method":"notify_hello","params":[7]},{"foo":"boo"},)"
             R"({"jsonrpc":"2.0","method":"foo.get","id":"5"}])");
  talk.now = 0.002;
  CHECK(talk.received(
            R"([{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"5"},)"
            R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null},)"
            R"({"jsonrpc":"2.0","result":7,"id":"1"}])") ==
        R"(<"5" error {"code":-32601,"message":"Method not found"}  (foo.get, 2.0 ms))"
        "\n"
        R"(<null error {"code":-32600,"message":"Invalid Request"})"
        "\n"
        R"(<"1" 7  (sum, 2.0 ms))");
}

TEST_CASE("an id that was typed in JSON is not given twice") {
  Talk<JsonRpc> talk;
  talk.typed(R"({"jsonrpc":"2.0","method":"a","id":1})");
  CHECK(talk.typed("b") == R"(>{"jsonrpc":"2.0","method":"b","id":2})");
}

TEST_CASE("a batch that would take a hundred times its memory is shown as it came") {
  const auto batch_of = [](int elements) {
    std::string text = "[1";
    for (int i = 1; i < elements; ++i) text += ",1";
    return text + "]";
  };
  Talk<JsonRpc> talk;
  talk.received(batch_of(10000));
  CHECK(talk.most_steps == 10000);
  const std::string too_many = batch_of(10001);
  CHECK((talk.received(too_many) == "<" + too_many));
}
