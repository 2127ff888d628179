#include <doctest/doctest.h>

#include "dialect/stomp.h"
#include "support.h"
#include "support/cpu_time.h"

using namespace wscope;
using dialect::Stomp;
using namespace std::string_literals;

namespace {

Talk<Stomp> connected() {
  Talk<Stomp> talk;
  talk.received("CONNECTED\nversion:1.2\n\n\0"s);
  REQUIRE(talk.dialect.ready());
  return talk;
}

}  // namespace

TEST_CASE("CONNECT, and DISCONNECT before leaving") {
  dialect::Setting setting;
  setting.host = "broker";
  Talk<Stomp> plain(setting);
  CHECK(told(plain.dialect.opened()) ==
        ">CONNECT\naccept-version:1.2\nhost:broker\nheart-beat:30000,30000\n\n\0"s);
  CHECK(told(plain.dialect.leaving()).empty());
  setting.login = "me";
  setting.passcode = "a:b";
  CHECK(
      told(Talk<Stomp>(setting).dialect.opened()) ==
      ">CONNECT\naccept-version:1.2\nhost:broker\nheart-beat:30000,30000\nlogin:me\npasscode:a:b\n\n\0"s);
  setting.stomp_headers = {{"Authorization", "Bearer c:d"}, {"host", "/v"}, {"login", "you"}};
  const auto steps = Talk<Stomp>(setting).dialect.opened();
  CHECK(steps.at(0).data ==
        "CONNECT\naccept-version:1.2\nhost:/v\nheart-beat:30000,30000\nlogin:you\npasscode:a:b\n"
        "Authorization:Bearer c:d\n\n\0"s);
  CHECK(steps.at(0).masked ==
        "CONNECT\naccept-version:1.2\nhost:/v\nheart-beat:30000,30000\nlogin:…\npasscode:…\n"
        "Authorization:…\n\n\0"s);
  auto talk = connected();
  CHECK(told(talk.dialect.leaving()) == ">DISCONNECT\n\n\0"s);
}

TEST_CASE("typed commands") {
  auto talk = connected();
  CHECK(talk.typed("SEND /queue/a good day") ==
        ">SEND\ndestination:/queue/a\ncontent-type:text/plain\ncontent-length:8\n\ngood day\0"s);
  CHECK(talk.typed("subscribe /topic/b:c") ==
        ">SUBSCRIBE\nid:0\ndestination:/topic/b\\cc\nack:auto\n\n\0\n*UNSUBSCRIBE 0 ends the "
        "subscription to /topic/b:c"s);
  CHECK(talk.typed("UNSUBSCRIBE 0") == ">UNSUBSCRIBE\nid:0\n\n\0"s);
  CHECK(talk.typed("BEGIN t1") == ">BEGIN\ntransaction:t1\n\n\0"s);
  CHECK(talk.typed("hello") == "!not a STOMP command: HELLO: not sent");
  CHECK(talk.typed("").front() == '!');
  CHECK(talk.typed("SEND").front() == '!');
}

TEST_CASE("headers of a command stand behind its destination; none is dropped") {
  auto talk = connected();
  CHECK(talk.typed("SUBSCRIBE /q ack:client selector:\"price > 5\" id:s1") ==
        ">SUBSCRIBE\ndestination:/q\nack:client\nselector:price > 5\nid:s1\n\n\0\n*UNSUBSCRIBE s1 "
        "ends the subscription to /q"s);
  talk.typed("SUBSCRIBE /q id:0");
  CHECK(talk.typed("SUBSCRIBE /q").substr(0, 16) == ">SUBSCRIBE\nid:1\n");
  CHECK(talk.typed("ACK m:1 transaction:t1") == ">ACK\nid:m\\c1\ntransaction:t1\n\n\0"s);
  CHECK(talk.typed(R"(BEGIN t1 receipt:"a:b\\c\n")") ==
        ">BEGIN\ntransaction:t1\nreceipt:a\\cb\\\\c\\n\n\n\0"s);
  CHECK(talk.typed("UNSUBSCRIBE 0 x:") == ">UNSUBSCRIBE\nid:0\nx:\n\n\0"s);
  CHECK(talk.typed("SUBSCRIBE /q ack") == "!ack is no header of SUBSCRIBE: not sent");
  CHECK(talk.typed("SUBSCRIBE /my queue") == "!queue is no header of SUBSCRIBE: not sent");
  CHECK(talk.typed("SUBSCRIBE /q a:\"b\"c").front() == '!');
  CHECK(talk.typed("SUBSCRIBE /q :b").front() == '!');
  CHECK(
      talk.dialect.typed(MessageType::kText, "ACK 1 2", 0).back().error.hint ==
      R"(a header is NAME:VALUE, as ack:client; what has blanks is in quotes: selector:"price > 5")");
  CHECK(talk.typed("COMMIT t1 t2").front() == '!');
  CHECK(talk.typed("UNSUBSCRIBE 0 id:1") == "!UNSUBSCRIBE has its id already, 0: not sent");
  CHECK(talk.typed("NACK 1 a:b a:c") == "!the header a stands there twice: not sent");
  CHECK(talk.typed(R"(ACK 1 a:"\u0000")").front() == '!');
  CHECK(talk.typed(R"(ACK "\u0000")").front() == '!');
}

TEST_CASE("headers of a SEND end in --") {
  auto talk = connected();
  CHECK(talk.typed("SEND /q receipt:1 content-type:application/json -- {\"a\":1}") ==
        ">SEND\ndestination:/q\nreceipt:1\ncontent-type:application/json\n"
        "content-length:7\n\n{\"a\":1}\0"s);
  const auto sent = [&](const std::string& text) {
    return ">SEND\ndestination:/q\ncontent-type:text/plain\ncontent-length:" +
           std::to_string(text.size()) + "\n\n" + text + "\0"s;
  };
  CHECK(talk.typed("SEND /q -- receipt:1 hi") == sent("receipt:1 hi"));
  CHECK(talk.typed("SEND /q -- -- x") == sent("-- x"));
  CHECK(talk.typed("SEND /q --") == sent(""));
  CHECK(talk.typed("SEND /q -- ") == sent(""));
  CHECK(talk.typed("SEND /q --   indented \n") == sent("  indented \n"));
  CHECK(talk.typed("SEND /q  hi  ") == sent("hi  "));
  CHECK(talk.typed("SEND /q --x y") == sent("--x y"));
  for (const char* text : {"12:30 at noon", "note: this -- that", "http://a/b it is",
                           "{\"a\":1} -- b", "a b:c -- d", "receipt 1"}) {
    CHECK(talk.typed("SEND /q " + std::string(text)) == sent(text));
  }
  const auto steps = talk.dialect.typed(MessageType::kText, "SEND /q receipt:1 hi", 0);
  CHECK(told(steps) == "!receipt:1 may be a header or text: not sent");
  CHECK(steps.back().error.hint ==
        "`SEND /q receipt:1 -- TEXT` has it as a header, `SEND /q -- receipt:1 …` as text");
  CHECK(talk.typed("SEND /q content-length:5 -- hi") ==
        "!content-length is counted, not said: not sent");
  CHECK(talk.typed("SEND /q destination:/r -- hi").front() == '!');
  std::string many;
  for (int i = 0; i < 200'000; ++i) many += std::to_string(i) + ": ";
  CHECK(talk.typed("SEND /q " + many + "-- hi") == "!more than 1000 headers: not sent");
}

TEST_CASE("received frames, split at every byte") {
  const std::string stream =
      "\n\r\nMESSAGE\r\ndestination:/topic/b\nmessage-id:1\n\nhello\0\n"
      "MESSAGE\ndestination:/q\\cx\ncontent-length:3\n\na\0b\0RECEIPT\nreceipt-id:r\n\n\0"s;
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    auto talk = connected();
    const auto first = talk.received(stream.substr(0, at));
    const auto second = talk.received(stream.substr(at));
    const auto gap = !first.empty() && !second.empty() ? "\n" : "";
    CHECK(first + gap + second == "<MESSAGE /topic/b hello\n<MESSAGE /q:x a\0b\n<RECEIPT r"s);
  }
}

TEST_CASE("the work grows with the bytes, however they are cut into messages") {
  const std::string receipt = "RECEIPT\nreceipt-id:1\n\n\0"s;
  constexpr int kCount = 10'000;
  const double apart = test::cpu_seconds([&] {
    auto talk = connected();
    for (int i = 0; i < kCount; ++i) talk.received(receipt);
  });
  std::string all;
  for (int i = 0; i < kCount; ++i) all += receipt;
  const double at_once = test::cpu_seconds([&] {
    auto talk = connected();
    REQUIRE(talk.received(all).size() == std::size_t{kCount} * 11 - 1);
  });
  CHECK(at_once < 10 * apart);
  std::string headers;
  for (int i = 0; i < kCount; ++i) headers += "name:of a header\r\n";
  for (const auto& whole : {"RECEIPT\n" + headers + "\r\n\0"s,
                            "RECEIPT\nreceipt-id:" + std::string(all.size(), 'x') + "\n\n\0"s,
                            "RECEIPT\n\n" + std::string(all.size(), 'x') + "\0"s,
                            "RECEIPT\n" + headers + "content-length:" + std::to_string(all.size()) +
                                "\n\n" + all + "\0"s}) {
    CAPTURE(whole.substr(0, 40));
    const auto bytes_of = [](const std::string& text) {
      auto talk = connected();
      std::size_t shown = 0;
      for (const char& byte : text) shown += talk.received({&byte, 1}).empty() ? 0 : 1;
      return shown;
    };
    std::string small;
    while (small.size() < whole.size()) small += receipt;
    const double in_small = test::cpu_seconds([&] { REQUIRE(bytes_of(small) > 1); });
    const double in_one = test::cpu_seconds([&] { REQUIRE(bytes_of(whole) == 1); });
    CHECK(in_one < 10 * in_small);
  }
}

TEST_CASE("a message of many frames is taken a few hundred steps at a time") {
  auto talk = connected();
  std::string frames;
  std::string lines;
  for (int i = 0; i < 5000; ++i) {
    frames += "RECEIPT\nreceipt-id:" + std::to_string(i) + "\n\n\0"s;
    lines += (i == 0 ? "<RECEIPT " : "\n<RECEIPT ") + std::to_string(i);
  }
  CHECK((talk.received(frames + "MESSAGE\ndesti") == lines));
  CHECK(talk.most_steps <= 256);
  CHECK(talk.received("nation:/a\n\nx\0"s) == "<MESSAGE /a x");
}

TEST_CASE("a head has an end") {
  std::string head = "MESSAGE\n";
  for (int i = 0; i < 1000; ++i) head += "a:\n";
  CHECK(connected().received(head + "\nx\0"s) == "<MESSAGE \"\" x");
  CHECK(connected().received(head + "b:\n\nx\0"s) == "#a STOMP frame with more than 1000 headers");
}

TEST_CASE("errors") {
  CHECK(connected().received("ERROR\nmessage:no\n\nbody\0"s) ==
        "#server sent a STOMP error: no: body");
  CHECK(Talk<Stomp>().received("ERROR\nmessage:who\n\n\0"s) == "#server refused to connect: who");
  const auto hint_of = [](const dialect::Setting& setting) {
    Stomp stomp(setting);
    return stomp.received(MessageType::kText, "ERROR\nmessage:who\n\n\0"s, 0).back().error.hint;
  };
  dialect::Setting setting;
  CHECK(hint_of(setting) == "--auth USER:PASS or --stomp-header gives what it may ask for");
  setting.stomp_headers = {{"Authorization", "Bearer x"}};
  CHECK(hint_of(setting).empty());
  CHECK(connected().received("HELLO\n\n\0"s).front() == '#');
  CHECK(connected().received("MESSAGE\ncontent-length:x\n\n\0"s).front() == '#');
  CHECK(connected().received("MESSAGE\ncontent-length:1\n\nabc\0"s).front() == '#');
  // 1.2, Value Encoding: an undefined escape is fatal.
  CHECK(connected().received("MESSAGE\ndestination:a\\tb\n\n\0"s).front() == '#');
  CHECK(connected().received("MESSAGE\ndestination:a\\\n\n\0"s).front() == '#');
  CHECK(connected().received("MESSAGE\ndestination:/a\\\\b\\c\n\nx\0"s) ==
        R"(<MESSAGE "/a\\b:" x)");
}

TEST_CASE("heart-beats: what each side can and the other wants, the slower of both") {
  const auto talk_after = [](double ours, const std::string& header) {
    dialect::Setting setting;
    setting.heart_beat = ours;
    Talk<Stomp> talk(setting);
    talk.now = 100;
    talk.received("CONNECTED\nversion:1.2\n" + header + "\n\0"s);
    REQUIRE(talk.dialect.ready());
    return talk;
  };
  for (const char* none : {"", "heart-beat:0,0\n", "heart-beat:x\n", "heart-beat:1,-1\n"}) {
    CHECK_FALSE(talk_after(10, none).dialect.due().has_value());
  }
  auto ours = talk_after(10, "heart-beat:0,5000\n");
  CHECK(ours.dialect.due() == 109);
  ours.now = 108;
  CHECK(ours.tick().empty());
  ours.now = 109;
  CHECK(ours.tick() == ">\n");
  CHECK(ours.dialect.due() == 118);
  ours.now = 112;
  ours.typed("SEND /queue/a x");  // is a sign of life as well
  CHECK(ours.dialect.due() == 121);

  auto theirs = talk_after(10, "heart-beat:20000,0\n");
  CHECK(theirs.dialect.due() == 140);
  theirs.now = 130;
  CHECK(theirs.received("\n").empty());
  CHECK(theirs.dialect.due() == 170);
  theirs.now = 170;
  CHECK(theirs.tick() == "?connection lost: no STOMP heart-beat within 40 s");
  CHECK_FALSE(theirs.dialect.due().has_value());
}
