#include "cli/option_rules.h"
#include "cli/support.h"

using namespace wscope;

namespace {

struct Conflict {
  Words words;
  std::string message;
  std::string hint;
};

const Conflict kConflicts[] = {
    // the two roles
    {{"-l", "8080", "ws://me:secret@h"},
     "--listen takes no URL: 'ws://h'",
     "run wscope once to listen and once to connect"},
    {{"-l", "8080", "-o", "x"}, "--origin is for connecting: it can't go with --listen", ""},
    {{"-l", "8080", "-w", "1"}, "--wait is for connecting: it can't go with --listen", ""},
    {{"-l", "8080", "-k"}, "--insecure is for connecting: it can't go with --listen", ""},
    {{"--echo"},
     "--echo needs a URL or --listen",
     "without either, wscope talks to an echo server of its own"},
    // pairs
    {{"-46", "h"}, "--ipv4 and --ipv6 exclude each other", ""},
    {{"--auth", "a:b", "--bearer", "t", "h"},
     "--auth and --bearer exclude each other",
     "both are Authorization"},
    {{"--script", "s", "--stomp"},
     "--script and --stomp exclude each other",
     "a script says what is on the wire"},
    {{"-l", "0", "--ca", "f"},
     "--listen with --ca needs --cert",
     "without TLS no client can show a certificate"},
    {{"-l", "0", "--exec", "cat", "--count", "1"},
     "--listen with --exec takes no --count",
     "a client's messages go to its command, which ends the connection; --timeout or a signal ends "
     "the server"},
    {{"-l", "0", "--exec", "cat", "--until", "x"},
     "--listen with --exec takes no --until",
     "a client's messages go to its command, which ends the connection; --timeout or a signal ends "
     "the server"},
    {{"--deflate", "level=1", "--no-deflate", "h"},
     "--deflate and --no-deflate exclude each other",
     ""},
    {{"--unix-socket", "p", "--connect-to", "h:1", "h"},
     "--unix-socket and --connect-to exclude each other",
     ""},
    {{"--key", "k", "h"}, "--key needs --cert", ""},
    {{"--passphrase", "k", "h"}, "--passphrase needs --cert", ""},
    // input formats
    {{"--input", "raw", "-x", "a", "h"},
     "--input raw and --execute exclude each other",
     "with -x stdin is not read, or line by line (-i)"},
    {{"-x", "a", "--input", "whole", "h"},
     "--input whole and --execute exclude each other",
     "with -x stdin is not read, or line by line (-i)"},
    {{"--input", "raw", "-i", "h"}, "--input raw and --interactive exclude each other", ""},
    {{"--input", "json", "--slash", "h"}, "--slash needs input by line", "leave --input away"},
    {{"-0", "--slash", "h"}, "--slash and --null exclude each other", ""},
    {{"-0", "--input", "line", "h"},
     "--null and --input exclude each other",
     "--output nul is the half of --null for output"},
    // values that contradict each other
    {{"--tls-min", "1.3", "--tls-max", "1.2", "h"}, "--tls-min 1.3 is above --tls-max 1.2", ""},
    {{"-q", "-v", "h"},
     "--quiet and --verbose exclude each other",
     "--trace-file FILE puts the trace elsewhere"},
    {{"-q", "--trace", "h"},
     "--quiet and --trace exclude each other",
     "--trace-file FILE puts the trace elsewhere"},
    {{"--heartbeat", "a", "--heartbeat", "a\xff", "h"},
     "--heartbeat: its message is not UTF-8, as a text must be",
     ""},
    {{"-q", "--trace-hex", "-v", "h"},
     "--quiet and --trace-hex exclude each other",
     "--trace-file FILE puts the trace elsewhere"},
};

}  // namespace

TEST_CASE("options that contradict each other are explained") {
  for (const Conflict& one : kConflicts) {
    CAPTURE(one.message);
    const Error error = error_of(one.words);
    CHECK(error.message == one.message);
    CHECK(error.hint == one.hint);
  }
}

TEST_CASE("what only looks like a contradiction is allowed") {
  const std::vector<Words> allowed = {
      {"--proxy", "", "--unix-socket", "p", "h"},
      {"-0", "-x", "a", "h"},
      {"-0", "--input", "nul", "h"},
      {"--slash", "--input", "line", "h"},
      {"-x", "a", "--input", "hex", "h"},
      {"-q", "--trace", "--trace-file", "f", "h"},
      {"-q", "--trace-file", "f", "h"},
      {"--tls-min", "1.2", "--tls-max", "1.3", "h"},
      {"--tls-min", "1.3", "--tls-max", "1.3", "h"},
      {"--cert", "both.pem", "h"},
      {"-l", "0", "--cert", "c", "--key", "k", "-x", "a", "-v", "-s", "chat"},
      {"-l", "0", "--count", "1", "--until", "x", "--timeout", "9", "-H", "A: 1", "--echo"},
      {"-l", "0", "--replay", "f", "--verify", "--count", "1"},
      {"-l", "0", "--exec", "cat", "--timeout", "9", "-H", "A: 1"},
      {"--exec", "cat", "--count", "1", "h"},
  };
  for (const Words& words : allowed) options_of(words);
}

TEST_CASE("what the rules say of names alone") {
  const auto message = [](const std::vector<std::string_view>& names, bool listening = false) {
    cli::Given given;
    for (const std::string_view name : names) {
      REQUIRE(cli::find_long(name) != nullptr);
      given.add(*cli::find_long(name));
    }
    Options options;
    options.url = listening ? "" : "ws://h";
    options.listen.enabled = listening;
    const auto checked = cli::check_rules(given, options);
    return checked ? std::string() : checked.error().message;
  };
  CHECK(message({"broadcast"}) == "--broadcast needs --listen");
  CHECK(message({"listen", "broadcast"}, true) == "");
  CHECK(message({"port-file"}) == "--port-file needs --listen");
  CHECK(message({"listen", "reconnect"}, true) ==
        "--reconnect is for connecting: it can't go with --listen");
  CHECK(message({"unix-socket", "proxy"}) == "--unix-socket and --proxy exclude each other");
  CHECK(message({"pong-timeout"}) == "--pong-timeout needs --ping-interval");
  CHECK(message({"heartbeat-interval"}) == "--heartbeat-interval needs --heartbeat");
  CHECK(message({"max-redirects"}) == "--max-redirects needs --location");
  CHECK(message({"speed"}) == "--speed needs --replay");
  CHECK(message({"verify"}) == "--verify needs --replay");
  CHECK(message({"replay", "speed", "verify"}) == "");
  CHECK(message({"script-report"}) == "--script-report needs --script");
  CHECK(message({"reconnect-max"}) == "--reconnect-max needs --reconnect");
  CHECK(message({"script", "execute"}) == "--script and --execute exclude each other");
  CHECK(message({"script", "replay"}) == "--script and --replay exclude each other");
  CHECK(message({"exec", "script"}) == "--exec and --script exclude each other");
}

TEST_CASE("a profile may bring the URL: no embedded server then") {
  Options options;
  options.profile.profile = "prod";
  cli::settle(cli::Given{}, options);
  CHECK_FALSE(options.listen.embedded);
}
