#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dialect/socketio.h"
#include "support.h"

using namespace wscope;
using dialect::Setting;
using dialect::SocketIo;

namespace {

Setting setting(std::string name_space = "/", std::string auth = {}, bool latency = false) {
  Setting value;
  value.name_space = std::move(name_space);
  value.socketio_auth = std::move(auth);
  value.latency = latency;
  return value;
}

Talk<SocketIo> connected(const Setting& value = setting()) {
  Talk<SocketIo> talk(value);
  talk.received(R"(0{"sid":"a"})");
  const std::string name_space = value.name_space == "/" ? "" : value.name_space + ",";
  talk.received("40" + name_space + R"({"sid":"b"})");
  REQUIRE(talk.dialect.ready());
  return talk;
}

}  // namespace

TEST_CASE("connect: namespace and auth follow the open packet") {
  Talk<SocketIo> plain(setting());
  CHECK_FALSE(plain.dialect.ready());
  CHECK(plain.received(R"(0{"sid":"x","pingInterval":25000})") == ">40");
  CHECK_FALSE(plain.dialect.ready());
  CHECK(plain.received(R"(40{"sid":"y"})").empty());
  CHECK(plain.dialect.ready());

  Talk<SocketIo> other(setting("/chat", R"({"token":"t"})"));
  CHECK(other.received("0{}") == R"(>40/chat,{"token":"t"})");
  CHECK(other.received("40{}").empty());
  CHECK_FALSE(other.dialect.ready());
  CHECK(other.received("40/chat,{}").empty());
  CHECK(other.dialect.ready());
  CHECK(told(other.dialect.leaving()) == ">41/chat,");
  CHECK(told(other.dialect.leaving()).empty());
}

TEST_CASE("what a server owes is named") {
  Talk<SocketIo> talk(setting("/chat"));
  CHECK(talk.dialect.overdue() == "did not begin to speak Socket.IO");
  talk.received(R"(0{"sid":"x","pingInterval":25000,"pingTimeout":20000})");
  CHECK(talk.dialect.overdue() == "did not answer the connect to the namespace /chat");
}

TEST_CASE("a refused namespace ends the run with the server's words") {
  Talk<SocketIo> talk(setting());
  talk.received("0{}");
  CHECK(talk.received(R"(44{"message":"not you","data":{"code":7}})") ==
        R"(#server refused the namespace /: not you {"code":7})");
  CHECK(talk.received(R"(44/chat,"Unable to connect")") ==
        "#server refused the namespace /chat: Unable to connect");
  CHECK(talk.received("44") == "#server refused the namespace /: ");
}

TEST_CASE("heartbeats are answered, noops swallowed") {
  auto talk = connected();
  CHECK(talk.received("2") == ">3");
  CHECK(talk.received("2probe") == ">3probe");
  CHECK(talk.received("3").empty());
  CHECK(talk.received("6").empty());
  CHECK(talk.received("1") == ".");
}

TEST_CASE("times are numbers as JSON has them") {
  const std::vector<std::pair<std::string, std::optional<double>>> cases = {
      {"1e3", 1.0},
      {"2.5E+2", 0.25},
      {"250.5", 0.2505},
      {"1e15", std::nullopt},
      {"-1", std::nullopt},
      {"0", std::nullopt},
      {"\"1\"", std::nullopt},
      {"86400001", std::nullopt}};
  for (const auto& [number, due] : cases) {
    CAPTURE(number);
    Talk<SocketIo> talk(setting());
    talk.received(R"(0{"sid":"x","pingInterval":)" + number + "}");
    talk.received(R"(40{"sid":"b"})");
    REQUIRE(talk.dialect.due().has_value() == due.has_value());
    if (due) CHECK(*talk.dialect.due() == doctest::Approx(*due));
  }
}

TEST_CASE("a server without a ping within pingInterval + pingTimeout is lost") {
  Talk<SocketIo> silent(setting());
  silent.received(R"(0{"sid":"x"})");
  CHECK_FALSE(silent.dialect.due().has_value());

  Talk<SocketIo> talk(setting());
  CHECK_FALSE(talk.dialect.due().has_value());
  talk.now = 10;
  talk.received(R"(0{"sid":"x","pingInterval":25000,"pingTimeout":20000})");
  talk.received(R"(40{"sid":"b"})");
  CHECK(talk.dialect.due() == 55);
  talk.now = 40;
  talk.received("2");
  CHECK(talk.dialect.due() == 85);
  talk.now = 60;
  talk.received(R"(42["message"])");  // what else comes is no ping
  CHECK(talk.dialect.due() == 85);
  CHECK(talk.tick().empty());
  talk.now = 85;
  CHECK(talk.tick() == "?connection lost: no ping of Socket.IO within 45 s");
  CHECK(talk.tick().empty());
  CHECK_FALSE(talk.dialect.due().has_value());
}

TEST_CASE("typed events") {
  auto talk = connected();
  CHECK(talk.typed("message hello world") == R"(>42["message","hello world"])");
  CHECK(talk.typed(R"(message {"hello":"world"})") == R"(>42["message",{"hello":"world"}])");
  CHECK(talk.typed(R"(move 1 -2.50 "up" true null [1, 2])") ==
        R"(>42["move",1,-2.50,"up",true,null,[1, 2]])");
  CHECK(talk.typed(R"("my event" {"data":1})") == R"(>42["my event",{"data":1}])");
  CHECK(talk.typed("ready") == R"(>42["ready"])");
  CHECK(talk.typed("  ready  ") == R"(>42["ready"])");
  CHECK(talk.typed("at 12:30") == R"(>42["at","12:30"])");
  CHECK(talk.typed("n 12345678901234567890123 1e999") ==
        R"(>42["n",12345678901234567890123,1e999])");
  CHECK(talk.typed("say grüß dich") == R"(>42["say","grüß dich"])");
  CHECK(talk.typed("") == "!no event named: not sent");
  CHECK(talk.typed(" \t ") == "!no event named: not sent");
  auto chat = connected(setting("/chat"));
  CHECK(chat.typed("hi") == R"(>42/chat,["hi"])");
}

TEST_CASE("a name that is missing, or that quotes would have to hold together") {
  auto talk = connected();
  for (const char* line : {R"({"a":1})", "[1,2", "{", "[] x", R"("" 1)"}) {
    CAPTURE(line);
    CHECK(talk.typed(" " + std::string(line)) ==
          "!no event named before " + std::string(line) + ": not sent");
    CHECK(talk.command("call " + std::string(line)) == "!/call needs an event: not sent");
  }
  CHECK(talk.typed(R"("abc)") == R"(!"abc is not JSON: it ends too early: not sent)");
  CHECK(talk.typed(R"("my event {"a":1})") == R"(!"my event {"a":1} is no name: not sent)");
  CHECK(talk.typed(R"("a\x" 1)") ==
        R"(!"a\x" is not JSON: expected an escape that JSON knows: not sent)");
  CHECK(talk.typed(R"(message{"a":1})") == R"(!message{"a":1} is no name: not sent)");
  CHECK(talk.typed(R"(42["message","hi"])") == R"(!42["message","hi"] is no name: not sent)");
  CHECK(talk.typed(R"("{a}" 1)") == R"(>42["{a}",1])");
  CHECK(talk.typed(R"(greet "bob {\"a\":1}")") == R"(>42["greet","bob {\"a\":1}"])");
  CHECK(talk.typed(R"("my event"{"a":1})") == R"(>42["my event",{"a":1}])");
  CHECK(talk.typed("a[1] 2") == R"(>42["a[1]",2])");
}

TEST_CASE("an argument that looks like JSON and is none is refused, other text is not") {
  auto talk = connected();
  CHECK(talk.typed("greet {hello: world}") ==
        "!{hello: world} is not JSON: expected a name in quotes or '}': not sent");
  CHECK(talk.typed("greet 1 [1,2") == "![1,2 is not JSON: it ends too early: not sent");
  CHECK(talk.typed("greet [1,]") == "![1,] is not JSON: expected a value: not sent");
  CHECK(talk.typed("greet {}, {}") ==
        "!{}, is not JSON: expected white space behind the value: not sent");
  CHECK(talk.typed("greet \"open") == "!\"open is not JSON: it ends too early: not sent");
  CHECK(talk.typed("greet {a} 2 [b]") ==
        "!{a} is not JSON: expected a name in quotes or '}': not sent");
  CHECK(talk.command("call greet {a}").front() == '!');
  CHECK(talk.command("call greet") == R"(>420["greet"])");  // what was refused counts no id
  for (const char* text :
       {"see [1]", "[1] is a footnote", "i am (here) {there", "5,6", "12:30", "{} and []",
        "\"yes\", she said", ", [", "it's {", "}", "[12:00] started", "event {\"a\":1}",
        "{\"a\":1} bob", "1 bob [\"x\"] 2"}) {
    CAPTURE(text);
    std::string quoted;
    for (const char* c = text; *c != 0; ++c) quoted += *c == '"' ? "\\\"" : std::string(1, *c);
    CHECK(talk.typed("say " + std::string(text)) == R"(>42["say",")" + quoted + R"("])");
  }
}

TEST_CASE("an acknowledgement that can't be said is still owed") {
  auto talk = connected();
  talk.received(R"(427["ask"])");
  CHECK(talk.command("ack {a").front() == '!');
  CHECK(talk.command("ack 7 {}") == ">437[{}]");
}

TEST_CASE("received events show as they would be typed") {
  auto talk = connected();
  CHECK(talk.received(R"(42["message","hi"])") == R"(<message "hi")");
  CHECK(talk.received(R"(42["my event",{"b":1.50,"a":[1, {}]},2])") ==
        R"(<"my event" {"b":1.50,"a":[1, {}]} 2)");
  CHECK(talk.received(R"(42 [ "x" , "a,\"]" , [ ] ] )") == R"(<x "a,\"]" [ ])");
  CHECK(talk.received(R"(42["only"])") == "<only");
  CHECK(talk.received(R"(42[1,"a"])") == R"(<1 "a")");
  CHECK(talk.received(R"(42["{a}",1])") == R"(<"{a}" 1)");
  CHECK(talk.received(R"(42["[a]"])") == R"(<"[a]")");
  CHECK(talk.received(R"(42/other,["x",1])") == "<[/other] x 1");
}

TEST_CASE("packets that break the rules") {
  auto talk = connected();
  for (const char* text :
       {"", "9", "hello", "4", "49", "42", "42[]", "42[{}]", "42{}", "42[\"x\"", "45[\"x\"]",
        "45999999-[]", "43[]", "0nothing", "4299999999999999999999[\"x\"]"}) {
    INFO(text);
    CHECK(talk.received(text).front() == '#');
  }
  CHECK(talk.received_binary("x").front() == '#');
}

TEST_CASE("acknowledgements we ask for") {
  auto talk = connected();
  talk.now = 1;
  CHECK(talk.command("call save {\"a\":1}") == R"(>420["save",{"a":1}])");
  CHECK(talk.command("call load") == R"(>421["load"])");
  CHECK(talk.received(R"(431["ok",2])") == R"(<ack load "ok" 2)");
  CHECK(talk.received("430[]") == "<ack save");
  CHECK(talk.received("430[]") == "*nobody asked for ack 0");
  CHECK(talk.command("call").front() == '!');
  CHECK(talk.command("complete 1") == "!/complete is no command of Socket.IO: not sent");

  auto timed = connected(setting("/", "", true));
  timed.now = 1;
  timed.command("call save");
  timed.now = 1.25;
  CHECK(timed.received("430[1]") == "<ack save 1  (250.0 ms)");
}

TEST_CASE("acknowledgements asked of us") {
  auto talk = connected(setting("/chat"));
  CHECK(talk.command("ack 1") == "!no event waits for an acknowledgement: not sent");
  CHECK(talk.received(R"(42/chat,7["ask","who"])") == "<ask \"who\"\n*ask waits for /ack 7");
  CHECK(talk.received(R"(42/chat,8["ask"])") == "<ask\n*ask waits for /ack 8");
  CHECK(talk.received(R"(42/chat,9["ask"])") == "<ask\n*ask waits for /ack 9");
  CHECK(talk.command("ack 8 \"me\" 2") == R"(>43/chat,8["me",2])");
  CHECK(talk.command("ack") == ">43/chat,9[]");
  CHECK(talk.command("ack 5") == ">43/chat,7[5]");
  CHECK(talk.command("ack").front() == '!');
}

TEST_CASE("attachments, both ways") {
  auto talk = connected();
  CHECK(talk.received(
                R"(452-["f",{"_placeholder":true,"num":1},{"a":{"_placeholder":true,"num":0}}])")
            .empty());
  CHECK(talk.received_binary("\x01\x02").empty());
  CHECK(talk.received_binary("abc") == R"(<f {"base64":"YWJj"} {"a":{"base64":"AQI="}})");
  CHECK(talk.typed(R"(f {"base64":"YWJj"} {"x":{"base64":"AQI="}})") ==
        ">452-[\"f\",{\"_placeholder\":true,\"num\":0},{\"x\":{\"_placeholder\":true,\"num\":1}}]\n"
        ">>abc\n>>\x01\x02");
  // Only an object of that one member, holding Base64, is an attachment.
  CHECK(talk.typed(R"(f {"base64":"YWJj","b":1} {"base64":"?"} "{\"base64\":\"YWJj\"}")") ==
        R"(>42["f",{"base64":"YWJj","b":1},{"base64":"?"},"{\"base64\":\"YWJj\"}"])");
  CHECK(told(talk.dialect.typed(MessageType::kBinary, "abc", 0)) ==
        ">451-[\"message\",{\"_placeholder\":true,\"num\":0}]\n>>abc");
  // A placeholder that names no attachment stays what it is; text in between is an error.
  talk.received(R"(451-["f",{"_placeholder":true,"num":9}])");
  CHECK(talk.received_binary("abc") == R"(<f {"_placeholder":true,"num":9})");
  talk.received(R"(451-["f",{"_placeholder":true,"num":0}])");
  CHECK(talk.received("42[\"x\"]").front() == '#');
}

TEST_CASE("a placeholder's members stand in any order, beside others") {
  auto talk = connected();
  talk.received(R"(452-["e",{"num":1,"_placeholder":true},{"n":{ "num":0, "_placeholder":true}}])");
  talk.received_binary("a");
  CHECK(talk.received_binary("b") == R"(<e {"base64":"Yg=="} {"n":{"base64":"YQ=="}})");
  talk.received(R"(451-["e","_placeholder",{"x":"_placeholder"},{"_placeholder":true,"num":0}])");
  CHECK(talk.received_binary("a") == R"(<e "_placeholder" {"x":"_placeholder"} {"base64":"YQ=="})");
}

TEST_CASE("Engine.IO's own packets may come between attachments") {
  auto talk = connected();
  talk.received(R"(452-["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])");
  CHECK(talk.received("2") == ">3");
  CHECK(talk.received_binary("a").empty());
  CHECK(talk.received("6").empty());
  CHECK(talk.received_binary("b") == R"(<e {"base64":"YQ=="} {"base64":"Yg=="})");
  talk.received(R"(451-["e",{"_placeholder":true,"num":0}])");
  const auto steps = talk.dialect.received(MessageType::kText, "1", 0);
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].kind == dialect::Step::Kind::kEnd);
}

TEST_CASE("an attachment that stands in many places is no bomb") {
  const auto placeholders = [](std::size_t count) {
    std::string packet = "451-[\"f\"";
    for (std::size_t i = 0; i < count; ++i) packet += R"(,{"_placeholder":true,"num":0})";
    return packet + "]";
  };
  const std::string mebibyte(std::size_t{1} << 20, 'x');
  auto talk = connected();
  talk.received(placeholders(64));
  CHECK(talk.received_binary(mebibyte).size() > (std::size_t{80} << 20));
  talk.received(placeholders(65));
  CHECK(talk.received_binary(mebibyte) == "#the attachments of one Socket.IO packet exceed 64 MiB");
}

TEST_CASE("how many values a packet has makes no difference") {
  std::string packed;
  std::string shown;
  for (int i = 0; i < 20000; ++i) {
    packed += ",1";
    shown += " 1";
  }
  auto talk = connected();
  CHECK((talk.received("42[\"f\"" + packed + "]") == "<f" + shown));
  CHECK((talk.received("42/other,[\"f\"" + packed + "]") == "<[/other] f" + shown));
  CHECK((talk.received("427[\"f\"" + packed + "]") == "<f" + shown + "\n*f waits for /ack 7"));
  CHECK(talk.command("ack 7 true") == ">437[true]");
  talk.command("call g");
  CHECK((talk.received("430[1" + packed + "]") == "<ack g 1" + shown));
  CHECK(talk.received("430[1" + packed + "]") == "*nobody asked for ack 0");
  for (const char* head : {"42[null", "42[[]", "43[1", "42{\"a\":1"}) {
    CAPTURE(head);
    CHECK(talk.received(head + packed + "]").front() == '#');
  }
}

TEST_CASE("all that RFC 8259 lets stand in JSON may come") {
  auto talk = connected();
  CHECK(talk.received(R"(42["f","cut \ud83d",1e999])") == R"(<f "cut \ud83d" 1e999)");
  CHECK(talk.received(R"(42["a\ude00b\ud83d\ude00\ud83d\n\u0041","x"])") ==
        "<\"a\xef\xbf\xbd"
        "b\xf0\x9f\x98\x80\xef\xbf\xbd\\nA\" \"x\"");
  CHECK(talk.received(R"(42["f",1e])").front() == '#');
}

TEST_CASE("the server disconnects the namespace") {
  auto talk = connected();
  CHECK(talk.received("41/other,").empty());
  CHECK(talk.received("41") == "*server disconnected the namespace /\n.");
  CHECK_FALSE(talk.dialect.ready());
}

TEST_CASE("nesting costs neither stack nor time") {
  auto talk = connected();
  const std::string deep(200000, '[');
  const std::string array = deep + std::string(200000, ']');
  CHECK(talk.received("42[\"x\"," + array + "]") == "<x " + array);
  std::string objects;
  for (int i = 0; i < 20000; ++i) objects += R"({"_placeholder":)";
  objects += "1" + std::string(20000, '}');
  talk.received("451-[\"x\"," + objects + "]");
  CHECK(talk.received_binary("b") == "<x " + objects);
}

TEST_CASE("the resource") {
  using dialect::socketio_resource;
  CHECK(socketio_resource("/") == "/socket.io/?EIO=4&transport=websocket");
  CHECK(socketio_resource("") == "/socket.io/?EIO=4&transport=websocket");
  CHECK(socketio_resource("/?token=1") == "/socket.io/?EIO=4&transport=websocket&token=1");
  CHECK(socketio_resource("/my/io/") == "/my/io/?EIO=4&transport=websocket");
  CHECK(socketio_resource("/socket.io/?EIO=4&transport=websocket") ==
        "/socket.io/?EIO=4&transport=websocket");
  CHECK(socketio_resource("/s/?NEIO=1") == "/s/?EIO=4&transport=websocket&NEIO=1");
}

TEST_CASE("the handshake of Engine.IO is known where nobody asked for it") {
  using dialect::is_engineio_handshake;
  CHECK(is_engineio_handshake(
      R"(0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":[],"pingInterval":25000,"pingTimeout":20000})"));
  CHECK(is_engineio_handshake("0{ \"pingInterval\": 1, \"sid\": \"\" }"));
  for (const std::string& other :
       {std::string(), std::string("0"), std::string("0{"), std::string("0{}"),
        std::string(R"({"sid":"a","pingInterval":1})"), std::string(R"(0{"sid":"a"})"),
        std::string(R"(0{"pingInterval":1})"), std::string(R"(0["sid","pingInterval"])"),
        std::string(R"(0{"sid":"a","pingInterval":1)"),
        std::string(R"(40{"sid":"a","pingInterval":1})"),
        R"(0{"sid":"a","pingInterval":1,"x":")" + std::string(4096, 'x') + "\"}"}) {
    CAPTURE(other);
    CHECK_FALSE(is_engineio_handshake(other));
  }
}
