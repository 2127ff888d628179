// Closing and limits through the engine (RFC 6455 7, 5.5.1, 10.4).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ws/engine.h"
#include "ws/engine_fixture.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

using Events = std::vector<std::string>;
using State = Engine::State;

}  // namespace

TEST_CASE("after our Close messages are still told, pings still answered, nothing sent") {
  for (const bool server : {false, true}) {
    CAPTURE(server);
    Side side(server, {});
    CHECK(side.engine->close(1000, "bye"));
    CHECK(unmasked(take_output(*side.engine)) == frame(0x88, close_payload(1000, "bye")));
    CHECK(side.engine->state() == State::kClosing);
    give(*side.engine, side.from_peer(0x81, "late") + side.from_peer(0x01, "la") +
                           side.from_peer(0x89, "p") + side.from_peer(0x80, "ter"));
    CHECK(side.heard.take() == Events{"text late", "ping p", "text later"});
    CHECK(unmasked(take_output(*side.engine)) == frame(0x8a, "p"));
    CHECK_FALSE(side.engine->send_text("x"));
    CHECK_FALSE(side.engine->send_binary("x"));
    CHECK_FALSE(side.engine->send_ping("x"));
    CHECK_FALSE(side.engine->send_pong("x"));
    CHECK_FALSE(side.engine->close(1000, ""));
    CHECK(side.engine->output().empty());
    give(*side.engine, side.from_peer(0x88, close_payload(1000)));
    CHECK(side.heard.take() == Events{"close 1000"});
    CHECK(side.engine->output().empty());
    CHECK(side.engine->state() == State::kClosed);
  }
}

TEST_CASE("a violation after our Close is told, but no second Close is sent") {
  Side side(false, {});
  CHECK(side.engine->close(1000, ""));
  take_output(*side.engine);
  SUBCASE("bad text") { give(*side.engine, frame(0x81, "\xff")); }
  SUBCASE("bad frame") { give(*side.engine, frame(0x83, "")); }
  SUBCASE("bad Close") { give(*side.engine, frame(0x88, "x")); }
  CHECK(side.engine->state() == State::kFailed);
  CHECK(side.heard.events.size() == 1);
  CHECK(side.engine->output().empty());
}

TEST_CASE("any code and reason goes out as given") {
  for (const int code : {0, 1, 999, 1000, 1002, 1005, 1006, 1011, 1015, 2999, 4999, 65535}) {
    CAPTURE(code);
    Side side(false, {});
    CHECK(side.engine->close(static_cast<std::uint16_t>(code), "why"));
    CHECK(unmasked(take_output(*side.engine)) == frame(0x88, close_payload(code, "why")));
    CHECK(side.engine->state() == State::kClosing);
  }
  Side side(false, {});
  CHECK_FALSE(side.engine->close(1000, std::string(124, 'r')));
  CHECK(side.engine->state() == State::kOpen);
  CHECK(side.engine->close(1000, std::string(123, 'r')));
}

TEST_CASE("controls hold at most 125 bytes") {
  Side side(false, {});
  CHECK(side.engine->send_ping(std::string(125, 'x')));
  CHECK(side.engine->send_pong(std::string(125, 'x')));
  take_output(*side.engine);
  CHECK_FALSE(side.engine->send_ping(std::string(126, 'x')));
  CHECK_FALSE(side.engine->send_pong(std::string(126, 'x')));
  CHECK(side.engine->output().empty());
}

TEST_CASE("the listener may close and send from within a message") {
  struct Closer : Recorder {
    Engine* engine = nullptr;
    void on_message(MessageType type, std::string_view data) override {
      Recorder::on_message(type, data);
      engine->send_text("re: " + std::string(data));
      engine->close(1000, "");
    }
  } closer;
  const auto engine = Engine::client({}, closer);
  closer.engine = engine.get();
  give(*engine, frame(0x81, "one") + frame(0x81, "two") + frame(0x88, close_payload(1000)));
  CHECK(closer.events == Events{"text one", "text two", "close 1000"});
  CHECK(unmasked(take_output(*engine)) ==
        frame(0x81, "re: one") + frame(0x88, close_payload(1000)));
}

TEST_CASE("messages over the limit fail with 1009 before they have come") {
  EngineSettings settings;
  settings.max_message_size = 1000;
  const std::string words = "failed 1009 message is larger than 1000 bytes";
  for (const bool server : {false, true}) {
    CAPTURE(server);
    Side fits(server, settings);
    give(*fits.engine, fits.from_peer(0x82, std::string(1000, 'x')));
    CHECK(fits.heard.take() == Events{"binary " + std::string(1000, 'x')});
    give(*fits.engine,
         fits.from_peer(0x02, std::string(600, 'x')) + fits.from_peer(0x80, std::string(400, 'x')));
    CHECK(fits.heard.take() == Events{"binary " + std::string(1000, 'x')});

    Side over(server, settings);
    const std::string wire = over.from_peer(0x82, std::string(1001, 'x'));
    give(*over.engine, wire.substr(0, server ? 8 : 4));
    CHECK(over.heard.take() == Events{words});
    CHECK(unmasked(take_output(*over.engine)) ==
          frame(0x88, close_payload(1009, "message is larger than 1000 bytes")));

    Side fragments(server, settings);
    give(*fragments.engine, fragments.from_peer(0x02, std::string(600, 'x')) +
                                fragments.from_peer(0x00, std::string(400, 'x')) +
                                fragments.from_peer(0x80, "x"));
    CHECK(fragments.heard.take() == Events{words});
  }
}

TEST_CASE("a claim of a large message costs no memory until it comes") {
  EngineSettings settings;
  settings.max_message_size = std::size_t{1} << 40;
  Side side(false, settings);
  // 512 GiB in one frame, and in a fragment.
  give(*side.engine, std::string("\x82\x7f\0\0\0\x80\0\0\0\0", 10) + "begin");
  CHECK(side.engine->state() == State::kOpen);
  CHECK(side.engine->receive_buffer().size > 0);
  Side fragment(false, settings);
  give(*fragment.engine, std::string("\x02\x7f\0\0\0\x80\0\0\0\0", 10) + "begin");
  CHECK(fragment.engine->state() == State::kOpen);
  CHECK(fragment.engine->receive_buffer().size > 0);
}

TEST_CASE("bytes from elsewhere and bytes in the buffer are one stream") {
  Side side(false, {});
  side.engine->received(std::string_view("\x81\x05he", 4));
  give(*side.engine, "ll");
  side.engine->received(std::string_view("o\x89", 2));
  side.engine->received(std::string_view());
  give(*side.engine, std::string("\0\x81\x01!", 4));
  CHECK(side.heard.events == Events{"text hello", "ping ", "text !"});
}

TEST_CASE("the first bytes may come from elsewhere: reads get no less room for it") {
  Side plain(false, {});
  Side begun(false, {});
  const std::size_t usual = plain.engine->receive_buffer().size;
  const std::string first = frame(0x81, std::string(10'000, 'x'));
  begun.engine->received(std::string_view(first));
  CHECK(begun.engine->receive_buffer().size == usual);
  CHECK(usual >= std::size_t{256} << 10);
}

TEST_CASE("output is taken in any portions") {
  Side side(false, {});
  std::string written;
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const std::string text = std::string(static_cast<std::size_t>(i), 'a') + std::to_string(i);
    CHECK(side.engine->send_text(text));
    expected += frame(0x81, text);
    const std::size_t size =
        std::min<std::size_t>(side.engine->output().size(), static_cast<std::size_t>(i * 13 % 700));
    written += side.engine->output().substr(0, size);
    side.engine->output_written(size);
  }
  written += take_output(*side.engine);
  CHECK(unmasked(written) == expected);
}

TEST_CASE("an idle engine holds little, also after something large") {
  Side side(false, {});
  const std::string large(std::size_t{8} << 20, 'x');
  give(*side.engine, frame(0x81, large));
  CHECK(side.heard.take().size() == 1);
  CHECK(side.engine->receive_buffer().size <= std::size_t{2} << 20);
}
