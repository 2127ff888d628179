#include <doctest/doctest.h>

#include "ws/deflate_parameters.h"

using namespace wscope;
using namespace wscope::ws;

namespace {

DeflateOffer option(std::string_view text) {
  const auto offer = parse_deflate_option(text);
  REQUIRE(offer);
  return *offer;
}

std::string refused(const std::optional<DeflateOffer>& offer, std::string_view answer,
                    const char* hint = "--no-deflate connects without compression") {
  const auto agreement = accept_deflate_answer(offer, answer);
  REQUIRE_FALSE(agreement);
  CHECK(agreement.error().stage == Stage::kHandshake);
  CHECK(agreement.error().hint == hint);
  const std::string prefix = "the server's Sec-WebSocket-Extensions is not valid: ";
  REQUIRE(agreement.error().message.substr(0, prefix.size()) == prefix);
  return agreement.error().message.substr(prefix.size());
}

DeflateAgreement agreed(const DeflateOffer& offer, std::string_view answer) {
  const auto agreement = accept_deflate_answer(offer, answer);
  REQUIRE(agreement);
  REQUIRE(agreement->has_value());
  return **agreement;
}

}  // namespace

TEST_CASE("--deflate turns into an offer") {
  const std::pair<const char*, const char*> rows[] = {
      {"", "permessage-deflate; client_max_window_bits"},
      {"  ", "permessage-deflate; client_max_window_bits"},
      {"permessage-deflate", "permessage-deflate; client_max_window_bits"},
      {"level=6", "permessage-deflate; client_max_window_bits"},
      {"server_no_context_takeover",
       "permessage-deflate; server_no_context_takeover; client_max_window_bits"},
      {" client_no_context_takeover ; ",
       "permessage-deflate; client_no_context_takeover; client_max_window_bits"},
      {"server_max_window_bits=8",
       "permessage-deflate; server_max_window_bits=8; client_max_window_bits"},
      {"client_max_window_bits=15", "permessage-deflate; client_max_window_bits=15"},
      {"client_max_window_bits", "permessage-deflate; client_max_window_bits"},
      {"client_max_window_bits=off", "permessage-deflate"},
      {"permessage-deflate; server_no_context_takeover; client_no_context_takeover;"
       "server_max_window_bits = 10;client_max_window_bits= 9;level=9;threshold=0",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
       "server_max_window_bits=10; client_max_window_bits=9"},
  };
  for (const auto& [text, header] : rows) {
    CAPTURE(text);
    CHECK(offer_header(option(text)) == header);
  }
  CHECK(option("level=6; threshold=1000").level == 6);
  CHECK(option("level=6; threshold=1000").threshold == 1000);
  CHECK(option("").level == -1);
  CHECK(option("").threshold == 64);
}

TEST_CASE("--deflate: nonsense is told with what there is") {
  const std::pair<const char*, const char*> rows[] = {
      {"fast", "\"fast\": no such parameter"},
      {"level", "\"level\": a level is 0 (none) to 9 (smallest)"},
      {"level=10", "\"level=10\": a level is 0 (none) to 9 (smallest)"},
      {"level=-1", "\"level=-1\": a level is 0 (none) to 9 (smallest)"},
      {"level=six", "\"level=six\": a level is 0 (none) to 9 (smallest)"},
      {"level=", "\"level=\": a level is 0 (none) to 9 (smallest)"},
      {"threshold=1.5", "\"threshold=1.5\": a threshold is a number of bytes"},
      {"threshold=99999999999", "\"threshold=99999999999\": a threshold is a number of bytes"},
      {"server_max_window_bits", "\"server_max_window_bits\": a window has 8 to 15 bits"},
      {"server_max_window_bits=7", "\"server_max_window_bits=7\": a window has 8 to 15 bits"},
      {"client_max_window_bits=16", "\"client_max_window_bits=16\": a window has 8 to 15 bits"},
      {"client_max_window_bits=", "\"client_max_window_bits=\": a window has 8 to 15 bits"},
      {"server_no_context_takeover=1", "\"server_no_context_takeover=1\": takes no value"},
      {"level=1; level=2", "\"level=2\": is given twice"},
      {"level=1;;threshold=2", "\"\": no such parameter"},
      {"level=1, threshold=2", "\"level=1, threshold=2\": a level is 0 (none) to 9 (smallest)"},
      {"=3", "\"=3\": no such parameter"},
      {"level=1; permessage-deflate", "\"permessage-deflate\": no such parameter"},
  };
  for (const auto& [text, message] : rows) {
    CAPTURE(text);
    const auto offer = parse_deflate_option(text);
    REQUIRE_FALSE(offer);
    CHECK(offer.error().stage == Stage::kUsage);
    CHECK(offer.error().message == std::string("--deflate: ") + message);
    CHECK(offer.error().hint.find("server_max_window_bits=8…15") != std::string::npos);
  }
}

TEST_CASE("no extension in the answer: no compression") {
  for (const char* answer : {"", "  ", ",", " , "}) {
    const auto agreement = accept_deflate_answer(DeflateOffer{}, answer);
    REQUIRE(agreement);
    CHECK_FALSE(agreement->has_value());
    REQUIRE(accept_deflate_answer(std::nullopt, answer));
  }
}

TEST_CASE("answers that fit the offer (RFC 7692 7.1)") {
  struct Row {
    const char* offer;
    const char* answer;
    int own_bits, peer_bits;
    bool own_no_takeover, peer_no_takeover;
  };
  const Row rows[] = {
      {"", "permessage-deflate", 15, 15, false, false},
      {"", "permessage-deflate;client_max_window_bits=10", 10, 15, false, false},
      {"", "permessage-deflate ; client_max_window_bits = \"10\"", 10, 15, false, false},
      {"", "permessage-deflate; client_max_window_bits=\"\\1\\0\"", 10, 15, false, false},
      {"", ", permessage-deflate ,", 15, 15, false, false},
      {"", "permessage-deflate; client_max_window_bits=8", 8, 15, false, false},
      // What was not offered but only concerns the server's own sending, or asks less of us.
      {"", "permessage-deflate; server_max_window_bits=9", 15, 9, false, false},
      {"", "permessage-deflate; server_no_context_takeover", 15, 15, false, true},
      {"", "permessage-deflate; client_no_context_takeover", 15, 15, true, false},
      {"client_max_window_bits=11", "permessage-deflate", 11, 15, false, false},
      {"client_max_window_bits=11", "permessage-deflate; client_max_window_bits=11", 11, 15, false,
       false},
      {"client_max_window_bits=11", "permessage-deflate; client_max_window_bits=9", 9, 15, false,
       false},
      {"client_no_context_takeover", "permessage-deflate", 15, 15, true, false},
      {"client_no_context_takeover", "permessage-deflate; client_no_context_takeover", 15, 15, true,
       false},
      {"server_no_context_takeover", "permessage-deflate; server_no_context_takeover", 15, 15,
       false, true},
      {"server_max_window_bits=12", "permessage-deflate; server_max_window_bits=12", 15, 12, false,
       false},
      {"server_max_window_bits=12", "permessage-deflate; server_max_window_bits=8", 15, 8, false,
       false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.offer);
    CAPTURE(row.answer);
    const DeflateAgreement agreement = agreed(option(row.offer), row.answer);
    CHECK(agreement.own_window_bits == row.own_bits);
    CHECK(agreement.peer_window_bits == row.peer_bits);
    CHECK(agreement.own_no_context_takeover == row.own_no_takeover);
    CHECK(agreement.peer_no_context_takeover == row.peer_no_takeover);
  }
  CHECK(agreed(option("level=3; threshold=7"), "permessage-deflate").level == 3);
  CHECK(agreed(option("level=3; threshold=7"), "permessage-deflate").threshold == 7);
}

TEST_CASE("answers that break RFC 7692, by parameter") {
  struct Row {
    const char* offer;
    const char* answer;  // after "permessage-deflate; "
    const char* message;
  };
  const Row rows[] = {
      {"", "foo", "unknown parameter \"foo\""},
      {"", "foo=bar", "unknown parameter \"foo=bar\""},
      {"", "Server_No_Context_Takeover", "unknown parameter \"Server_No_Context_Takeover\""},
      {"", "level=6", "unknown parameter \"level=6\""},
      {"", "server_max_window_bits", "\"server_max_window_bits\" needs a value"},
      {"", "client_max_window_bits", "\"client_max_window_bits\" needs a value"},
      {"", "server_max_window_bits=7",
       "\"server_max_window_bits=7\" is not a window of 8 to 15 bits"},
      {"", "server_max_window_bits=16",
       "\"server_max_window_bits=16\" is not a window of 8 to 15 bits"},
      {"", "server_max_window_bits=010",
       "\"server_max_window_bits=010\" is not a window of 8 to 15 bits"},
      {"", "server_max_window_bits=08",
       "\"server_max_window_bits=08\" is not a window of 8 to 15 bits"},
      {"", "server_max_window_bits=0",
       "\"server_max_window_bits=0\" is not a window of 8 to 15 bits"},
      {"", "server_max_window_bits=+9",
       "\"server_max_window_bits=+9\" is not a window of 8 to 15 bits"},
      {"", "server_max_window_bits=1e1",
       "\"server_max_window_bits=1e1\" is not a window of 8 to 15 bits"},
      {"", "server_max_window_bits=4294967306",
       "\"server_max_window_bits=4294967306\" is not a window of 8 to 15 bits"},
      {"", "client_max_window_bits=16",
       "\"client_max_window_bits=16\" is not a window of 8 to 15 bits"},
      {"", "client_max_window_bits=\"010\"",
       "\"client_max_window_bits=010\" is not a window of 8 to 15 bits"},
      {"", "server_no_context_takeover=1",
       "\"server_no_context_takeover=1\" must not have a value"},
      {"", "client_no_context_takeover=true",
       "\"client_no_context_takeover=true\" must not have a value"},
      {"", "server_no_context_takeover; server_no_context_takeover",
       "\"server_no_context_takeover\" comes twice"},
      {"", "client_no_context_takeover; client_no_context_takeover",
       "\"client_no_context_takeover\" comes twice"},
      {"", "server_max_window_bits=9; server_max_window_bits=9",
       "\"server_max_window_bits=9\" comes twice"},
      {"", "client_max_window_bits=9; client_max_window_bits=10",
       "\"client_max_window_bits=10\" comes twice"},
      {"client_max_window_bits=off", "client_max_window_bits=10",
       "client_max_window_bits was not offered"},
      {"client_max_window_bits=10", "client_max_window_bits=11",
       "client_max_window_bits=11 is more than the 10 that was offered"},
      {"server_max_window_bits=10", "server_max_window_bits=11",
       "server_max_window_bits=11 is more than the 10 that was asked for"},
      {"server_max_window_bits=10", "server_no_context_takeover",
       "server_max_window_bits=10 was asked for and is not in the answer"},
      {"server_no_context_takeover", "server_max_window_bits=10",
       "server_no_context_takeover was asked for and is not in the answer"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.offer);
    CAPTURE(row.answer);
    CHECK(refused(option(row.offer), "permessage-deflate; " + std::string(row.answer)) ==
          row.message);
  }
}

TEST_CASE("extensions that were not offered, or twice (RFC 6455 4.1)") {
  // --no-deflate would help with none of these.
  CHECK(refused(DeflateOffer{}, "x-webkit-deflate-frame", "") ==
        "the extension \"x-webkit-deflate-frame\" was not offered");
  CHECK(refused(DeflateOffer{}, "permessage-deflate, foo; a=b", "") ==
        "the extension \"foo\" was not offered");
  CHECK(refused(DeflateOffer{}, "Permessage-Deflate", "") ==
        "the extension \"Permessage-Deflate\" was not offered");
  CHECK(refused(std::nullopt, "permessage-deflate", "") ==
        "the extension \"permessage-deflate\" was not offered");
  CHECK(refused(std::nullopt, "permessage-deflate; a=", "").find("the value of") !=
        std::string::npos);
  CHECK(refused(DeflateOffer{}, "permessage-deflate, permessage-deflate") ==
        "permessage-deflate comes twice");
}

TEST_CASE("what -H offered and wscope does not speak") {
  const auto error = [](const std::optional<DeflateOffer>& offer, const char* answer,
                        const char* sent) {
    const auto agreement = accept_deflate_answer(offer, answer, sent);
    REQUIRE_FALSE(agreement);
    CHECK(agreement.error().stage == Stage::kHandshake);
    return agreement.error().message + "; " + agreement.error().hint;
  };
  const std::string hint =
      ", which wscope does not know; it was offered by -H Sec-WebSocket-Extensions";
  CHECK(error(std::nullopt, "foo", "bar, foo; x=1") ==
        "the server agreed to the extension \"foo\"" + hint);
  CHECK(error(DeflateOffer{}, "permessage-deflate, foo", "foo, permessage-deflate") ==
        "the server agreed to the extension \"foo\"" + hint);
  CHECK(error(std::nullopt, "permessage-deflate", "permessage-deflate; x=1") ==
        "the server agreed to permessage-deflate as it was offered" + hint);
  CHECK(error(std::nullopt, "foo", "bar") ==
        "the server's Sec-WebSocket-Extensions is not valid: the extension \"foo\" was not "
        "offered; ");
  CHECK(error(DeflateOffer{}, "permessage-deflate; x",
              "permessage-deflate; server_no_context_takeover") ==
        "the server's Sec-WebSocket-Extensions is not valid: unknown parameter \"x\"; ");
}

TEST_CASE("answers outside the grammar (RFC 6455 9.1)") {
  const std::pair<const char*, const char*> rows[] = {
      {"permessage-deflate;", "it ends where a parameter's name is expected"},
      {"permessage-deflate; ; a", "\"; a\" where a parameter's name is expected"},
      {"permessage-deflate; a=", "it ends where the value of \"a\" is expected"},
      {"permessage-deflate; a=;b", "\";b\" where the value of \"a\" is expected"},
      {"permessage-deflate; a=\"1", "the quoted value of \"a\" does not end"},
      {"permessage-deflate; a=\"1\\", "the quoted value of \"a\" does not end"},
      {"permessage-deflate; a=\"\"", "the value of \"a\" is not a token: \"\""},
      {"permessage-deflate; a=\"1 2\"", "the value of \"a\" is not a token: \"1 2\""},
      {"permessage-deflate foo", "\"foo\" where \",\" or \";\" is expected"},
      {"=1", "\"=1\" where an extension's name is expected"},
      {"\"permessage-deflate\"",
       "\"\\\"permessage-deflate\\\"\" where an extension's name is expected"},
      {"permessage-deflate; \x1b[2J", "\"\\x1b[2J\" where a parameter's name is expected"},
  };
  for (const auto& [answer, message] : rows) {
    CAPTURE(answer);
    CHECK(refused(DeflateOffer{}, answer) == message);
  }
  const std::string huge(60000, 'a');
  CHECK(refused(DeflateOffer{}, "permessage-deflate; " + huge + "=" + huge).size() < 120);
  CHECK(refused(DeflateOffer{}, huge, "").size() < 120);
}

TEST_CASE("a hand-written offer, and several of them") {
  const DeflateOffer ours = option("level=4; threshold=9");
  CHECK_FALSE(offer_from_header("", ours));
  CHECK_FALSE(offer_from_header("foo", ours));
  CHECK_FALSE(offer_from_header("permessage-deflate; foo", ours));
  CHECK_FALSE(offer_from_header("permessage-deflate;", ours));
  const auto one = offer_from_header(
      "permessage-deflate; server_max_window_bits=9; client_max_window_bits=\"10\"", ours);
  REQUIRE(one);
  CHECK(offer_header(*one) ==
        "permessage-deflate; server_max_window_bits=9; client_max_window_bits=10");
  CHECK(one->level == 4);
  CHECK(one->threshold == 9);
  // The server may take either: an answer is right that fits one of them.
  const auto two = offer_from_header(
      "permessage-deflate; server_no_context_takeover; server_max_window_bits=9; "
      "client_max_window_bits, permessage-deflate; server_max_window_bits=11",
      ours);
  REQUIRE(two);
  CHECK(offer_header(*two) ==
        "permessage-deflate; server_max_window_bits=11; client_max_window_bits");
}

TEST_CASE("the server's side: answers to offers (RFC 7692 7.1)") {
  struct Row {
    const char* ours;
    const char* request;
    const char* header;  // nothing: no compression
    int own_bits, peer_bits;
    bool own_no_takeover, peer_no_takeover;
  };
  const Row rows[] = {
      {"", "permessage-deflate", "permessage-deflate", 15, 15, false, false},
      {"", "permessage-deflate; client_max_window_bits", "permessage-deflate", 15, 15, false,
       false},
      {"", "permessage-deflate; client_max_window_bits=10",
       "permessage-deflate; client_max_window_bits=10", 15, 10, false, false},
      {"", "permessage-deflate; server_max_window_bits=\"10\"",
       "permessage-deflate; server_max_window_bits=10", 10, 15, false, false},
      {"", "permessage-deflate; server_max_window_bits=8",
       "permessage-deflate; server_max_window_bits=8", 8, 15, false, false},
      {"", "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover", 15, 15, true,
       true},
      {"server_no_context_takeover; client_no_context_takeover", "permessage-deflate",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover", 15, 15, true,
       true},
      {"server_max_window_bits=11", "permessage-deflate",
       "permessage-deflate; server_max_window_bits=11", 11, 15, false, false},
      {"server_max_window_bits=11", "permessage-deflate; server_max_window_bits=10",
       "permessage-deflate; server_max_window_bits=10", 10, 15, false, false},
      {"server_max_window_bits=11", "permessage-deflate; server_max_window_bits=12",
       "permessage-deflate; server_max_window_bits=11", 11, 15, false, false},
      {"client_max_window_bits=11", "permessage-deflate; client_max_window_bits",
       "permessage-deflate; client_max_window_bits=11", 15, 11, false, false},
      {"client_max_window_bits=11", "permessage-deflate; client_max_window_bits=12",
       "permessage-deflate; client_max_window_bits=11", 15, 11, false, false},
      {"client_max_window_bits=11", "permessage-deflate; client_max_window_bits=9",
       "permessage-deflate; client_max_window_bits=9", 15, 9, false, false},
      // Not offered by the client: it can't be told to use a smaller window.
      {"client_max_window_bits=11", "permessage-deflate", "permessage-deflate", 15, 15, false,
       false},
      // The first that is acceptable.
      {"",
       "foo, permessage-deflate; bar, permessage-deflate; server_max_window_bits=7, "
       "permessage-deflate; server_max_window_bits=9, permessage-deflate",
       "permessage-deflate; server_max_window_bits=9", 9, 15, false, false},
      {"", "", nullptr, 0, 0, false, false},
      {"", "foo", nullptr, 0, 0, false, false},
      {"", "permessage-deflate; foo", nullptr, 0, 0, false, false},
      {"", "permessage-deflate; server_max_window_bits", nullptr, 0, 0, false, false},
      {"", "permessage-deflate; client_max_window_bits=16", nullptr, 0, 0, false, false},
      {"", "permessage-deflate; client_max_window_bits; client_max_window_bits", nullptr, 0, 0,
       false, false},
      {"", "permessage-deflate; client_no_context_takeover=1", nullptr, 0, 0, false, false},
      {"", "permessage-deflate; a=\"", nullptr, 0, 0, false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.ours);
    CAPTURE(row.request);
    const auto answer = answer_deflate_offer(row.request, option(row.ours));
    REQUIRE(answer.has_value() == (row.header != nullptr));
    if (!answer) continue;
    CHECK(answer->header == row.header);
    CHECK(answer->agreement.own_window_bits == row.own_bits);
    CHECK(answer->agreement.peer_window_bits == row.peer_bits);
    CHECK(answer->agreement.own_no_context_takeover == row.own_no_takeover);
    CHECK(answer->agreement.peer_no_context_takeover == row.peer_no_takeover);
  }
}

TEST_CASE("our client takes every answer of our server, and both agree") {
  const char* options[] = {"",
                           "server_no_context_takeover",
                           "client_no_context_takeover",
                           "server_max_window_bits=8",
                           "client_max_window_bits=off",
                           "client_max_window_bits=8",
                           "server_max_window_bits=12; client_max_window_bits=13",
                           "server_max_window_bits=10; client_max_window_bits=9; "
                           "server_no_context_takeover; client_no_context_takeover"};
  for (const char* client : options) {
    for (const char* server : options) {
      CAPTURE(client);
      CAPTURE(server);
      const auto answer = answer_deflate_offer(offer_header(option(client)), option(server));
      REQUIRE(answer);
      const DeflateAgreement ours = agreed(option(client), answer->header);
      const DeflateAgreement theirs = answer->agreement;
      CHECK(ours.own_window_bits <= theirs.peer_window_bits);
      CHECK(theirs.own_window_bits <= ours.peer_window_bits);
      CHECK(ours.own_no_context_takeover >= theirs.peer_no_context_takeover);
      CHECK(theirs.own_no_context_takeover >= ours.peer_no_context_takeover);
    }
  }
}
