#include <functional>
#include <set>
#include <string_view>

#include "cli/option_table.h"
#include "cli/parse_args.h"
#include "cli/support.h"

using namespace wscope;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One line of the table: what is typed before the URL, and what must then hold.
struct Case {
  Words words;
  std::function<bool(const Options&)> holds;
  bool by_default = false;  // holds without the words, too
};

const Case kCases[] = {
    // messages
    {{"-x", "one", "--execute", "two", "--execute=three", "-xfour"},
     [](const Options& o) {
       return o.messages.execute == Words{"one", "two", "three", "four"};
     }},
    {{"-i"}, [](const Options& o) { return o.messages.interactive; }},
    {{"--interactive"}, [](const Options& o) { return o.messages.interactive; }},
    {{"-w", "0.25"}, [](const Options& o) { return o.messages.wait == 0.25; }},
    {{"-w0"}, [](const Options& o) { return o.messages.wait == 0; }},
    {{"--wait", "-1"}, [](const Options& o) { return o.messages.wait == -1; }},
    {{"-w", "3", "-w", "5"}, [](const Options& o) { return o.messages.wait == 5; }},
    {{"--count", "12"}, [](const Options& o) { return o.messages.count == 12U; }},
    {{"--until", "^a.*b$"}, [](const Options& o) { return o.messages.until == "^a.*b$"; }},
    {{"-b"}, [](const Options& o) { return o.messages.binary; }},
    {{"--binary"}, [](const Options& o) { return o.messages.binary; }},
    {{"-0"},
     [](const Options& o) {
       return o.messages.input == InputFormat::kNul && o.messages.output == OutputFormat::kNul;
     }},
    {{"--null", "--json"},
     [](const Options& o) {
       return o.messages.input == InputFormat::kNul && o.messages.output == OutputFormat::kJson;
     }},
    {{"--input", "line"},
     [](const Options& o) { return o.messages.input == InputFormat::kLine; },
     true},
    {{"--input", "nul"}, [](const Options& o) { return o.messages.input == InputFormat::kNul; }},
    {{"--input", "json"}, [](const Options& o) { return o.messages.input == InputFormat::kJson; }},
    {{"--input", "whole"},
     [](const Options& o) { return o.messages.input == InputFormat::kWhole; }},
    {{"--input", "raw"}, [](const Options& o) { return o.messages.input == InputFormat::kRaw; }},
    {{"--input", "hex"}, [](const Options& o) { return o.messages.input == InputFormat::kHex; }},
    {{"--input", "base64"},
     [](const Options& o) { return o.messages.input == InputFormat::kBase64; }},
    {{"--input=events"},
     [](const Options& o) { return o.messages.input == InputFormat::kEvents; }},
    {{"--output", "text"},
     [](const Options& o) { return o.messages.output == OutputFormat::kText; }},
    {{"--output", "nul"}, [](const Options& o) { return o.messages.output == OutputFormat::kNul; }},
    {{"--output", "raw"}, [](const Options& o) { return o.messages.output == OutputFormat::kRaw; }},
    {{"--output", "hex"}, [](const Options& o) { return o.messages.output == OutputFormat::kHex; }},
    {{"--output", "base64"},
     [](const Options& o) { return o.messages.output == OutputFormat::kBase64; }},
    {{"--output", "json"},
     [](const Options& o) { return o.messages.output == OutputFormat::kJson; }},
    {{"--json"}, [](const Options& o) { return o.messages.output == OutputFormat::kJson; }},
    {{"--pretty"}, [](const Options& o) { return o.messages.pretty; }},
    {{"-t"}, [](const Options& o) { return o.messages.timestamps == Timestamps::kLocal; }},
    {{"--timestamps", "local"},
     [](const Options& o) { return o.messages.timestamps == Timestamps::kLocal; }},
    {{"--timestamps", "utc"},
     [](const Options& o) { return o.messages.timestamps == Timestamps::kUtc; }},
    {{"--timestamps", "relative"},
     [](const Options& o) { return o.messages.timestamps == Timestamps::kRelative; }},
    {{"-t", "--timestamps=delta"},
     [](const Options& o) { return o.messages.timestamps == Timestamps::kDelta; }},
    {{"--echo"}, [](const Options& o) { return o.messages.echo; }},
    {{"--on-key", "space=buzz", "--on-key", "==equals", "--on-key", "x="},
     [](const Options& o) {
       return o.messages.on_key == Pairs{{"space", "buzz"}, {"=", "equals"}, {"x", ""}};
     }},
    {{"-P"}, [](const Options& o) { return o.messages.show_ping_pong; }},
    {{"--show-ping-pong"}, [](const Options& o) { return o.messages.show_ping_pong; }},
    {{"--slash"}, [](const Options& o) { return o.messages.slash; }},
    {{"--max-size", "1000"}, [](const Options& o) { return o.messages.max_size == 1000; }},
    {{"--max-size", "3k"}, [](const Options& o) { return o.messages.max_size == 3 * 1024; }},
    {{"--max-size", "5M"}, [](const Options& o) { return o.messages.max_size == 5 << 20; }},
    {{"--max-size", "2G"}, [](const Options& o) { return o.messages.max_size == 2ULL << 30; }},
    // handshake
    {{"-H", "X-A: 1", "--header", "Host:", "--header=X-B;"},
     [](const Options& o) { return o.handshake.headers == Words{"X-A: 1", "Host:", "X-B;"}; }},
    {{"--host", "example.org"}, [](const Options& o) { return o.handshake.host == "example.org"; }},
    {{"-o", "https://a"}, [](const Options& o) { return o.handshake.origin == "https://a"; }},
    {{"--origin", "null"}, [](const Options& o) { return o.handshake.origin == "null"; }},
    {{"-s", "chat", "--subprotocol", "soap"},
     [](const Options& o) { return o.handshake.subprotocols == Words{"chat", "soap"}; }},
    {{"--auth", "me"}, [](const Options& o) { return o.handshake.auth == "me"; }},
    {{"--auth", "me:a:b"}, [](const Options& o) { return o.handshake.auth == "me:a:b"; }},
    {{"--bearer", "abc.def"}, [](const Options& o) { return o.handshake.bearer == "abc.def"; }},
    {{"--cookie", "a=b", "--cookie", "c="},
     [](const Options& o) { return o.handshake.cookies == Words{"a=b", "c="}; }},
    {{"--netrc"}, [](const Options& o) { return o.handshake.netrc; }},
    {{"-A", "me/1"}, [](const Options& o) { return o.handshake.user_agent == "me/1"; }},
    {{"--user-agent="}, [](const Options& o) { return o.handshake.user_agent == ""; }},
    {{"-p", "8"}, [](const Options& o) { return o.handshake.version == 8; }},
    {{"--protocol", "255"}, [](const Options& o) { return o.handshake.version == 255; }},
    {{"-L"}, [](const Options& o) { return o.handshake.follow_redirects; }},
    {{"--location", "--max-redirects", "0"},
     [](const Options& o) {
       return o.handshake.follow_redirects && o.handshake.max_redirects == 0;
     }},
    {{"--deflate", "level=9; threshold=0"},
     [](const Options& o) {
       return o.handshake.deflate && o.handshake.deflate_parameters == "level=9; threshold=0";
     }},
    {{"--no-deflate"}, [](const Options& o) { return !o.handshake.deflate; }},
    // network
    {{"-4"}, [](const Options& o) { return o.network.family == AddressFamily::kIpv4; }},
    {{"--ipv4"}, [](const Options& o) { return o.network.family == AddressFamily::kIpv4; }},
    {{"-6"}, [](const Options& o) { return o.network.family == AddressFamily::kIpv6; }},
    {{"--ipv6"}, [](const Options& o) { return o.network.family == AddressFamily::kIpv6; }},
    {{"--resolve", "h:80:::1", "--resolve", "i:1:2"},
     [](const Options& o) { return o.network.resolve == Words{"h:80:::1", "i:1:2"}; }},
    {{"--connect-to", "h:1", "--connect-to", "i:2"},
     [](const Options& o) { return o.network.connect_to == Words{"h:1", "i:2"}; }},
    {{"--unix-socket", "/run/a.sock"},
     [](const Options& o) { return o.network.unix_socket == "/run/a.sock"; }},
    {{"--interface", "127.0.0.2"},
     [](const Options& o) { return o.network.interface == "127.0.0.2"; }},
    {{"--proxy", "socks5://h:1080"},
     [](const Options& o) { return o.network.proxy == "socks5://h:1080"; }},
    {{"--proxy", ""}, [](const Options& o) { return o.network.proxy == ""; }},
    {{"--proxy-insecure"}, [](const Options& o) { return !o.tls.verify_proxy && o.tls.verify; }},
    {{"--proxy-ca", "p.pem"},
     [](const Options& o) { return o.tls.proxy_ca_file == "p.pem" && o.tls.ca_file.empty(); }},
    {{"--noproxy", "*"}, [](const Options& o) { return o.network.no_proxy == "*"; }},
    {{"--connect-timeout", ".5"}, [](const Options& o) { return o.network.connect_timeout == 0.5; }},
    {{"--timeout", "1e3"}, [](const Options& o) { return o.network.timeout == 1000.0; }},
    {{"--close-timeout", "0"}, [](const Options& o) { return o.network.close_timeout == 0; }},
    // TLS
    {{"-k"}, [](const Options& o) { return !o.tls.verify; }},
    {{"--insecure"}, [](const Options& o) { return !o.tls.verify; }},
    {{"-n"}, [](const Options& o) { return !o.tls.verify; }},
    {{"--no-check"}, [](const Options& o) { return !o.tls.verify; }},
    {{"--ca", "ca.pem"}, [](const Options& o) { return o.tls.ca_file == "ca.pem"; }},
    {{"--cert", "c.pem", "--key", "k.pem", "--passphrase", "open sesame"},
     [](const Options& o) {
       return o.tls.cert_file == "c.pem" && o.tls.key_file == "k.pem" &&
              o.tls.passphrase == "open sesame";
     }},
    {{"--cert", "c.pem", "--passphrase="}, [](const Options& o) { return o.tls.passphrase == ""; }},
    {{"--servername", "a.example"}, [](const Options& o) { return o.tls.server_name == "a.example"; }},
    {{"--tls-min", "1.2"}, [](const Options& o) { return o.tls.min_version == TlsVersion::kTls12; }},
    {{"--tls-min", "1.3"}, [](const Options& o) { return o.tls.min_version == TlsVersion::kTls13; }},
    {{"--tls-max", "1.2"}, [](const Options& o) { return o.tls.max_version == TlsVersion::kTls12; }},
    {{"--tls-max", "1.3"}, [](const Options& o) { return o.tls.max_version == TlsVersion::kTls13; }},
    {{"--ciphers", "ECDHE"}, [](const Options& o) { return o.tls.ciphers == "ECDHE"; }},
    {{"--pin", "sha256//abc="}, [](const Options& o) { return o.tls.pin == "sha256//abc="; }},
    {{"--keylog", "keys"}, [](const Options& o) { return o.tls.key_log == "keys"; }},
    // liveness
    {{"--ping-interval", "2.5", "--pong-timeout", "1"},
     [](const Options& o) {
       return o.liveness.ping_interval == 2.5 && o.liveness.pong_timeout == 1;
     }},
    {{"--no-pong"}, [](const Options& o) { return !o.liveness.send_pong; }},
    {{"--heartbeat", "tick", "--heartbeat", "tock", "--heartbeat-interval", "7"},
     [](const Options& o) {
       return o.liveness.heartbeat == Words{"tick", "tock"} && o.liveness.heartbeat_interval == 7;
     }},
    {{"--reconnect", "--reconnect-max", "3"},
     [](const Options& o) { return o.liveness.reconnect && o.liveness.reconnect_max == 3; }},
    // diagnosis
    {{"-v"}, [](const Options& o) { return o.diagnosis.trace == TraceLevel::kSteps; }},
    {{"--verbose"}, [](const Options& o) { return o.diagnosis.trace == TraceLevel::kSteps; }},
    {{"--trace"}, [](const Options& o) { return o.diagnosis.trace == TraceLevel::kFrames; }},
    {{"--trace-hex", "-v"}, [](const Options& o) { return o.diagnosis.trace == TraceLevel::kBytes; }},
    {{"--trace-file", "f"},
     [](const Options& o) {
       return o.diagnosis.trace_file == "f" && o.diagnosis.trace == TraceLevel::kNone;
     }},
    {{"--trace-file", "f", "-v"},
     [](const Options& o) { return o.diagnosis.trace == TraceLevel::kSteps; }},
    {{"--trace-file", "f", "--trace", "-q"},
     [](const Options& o) {
       return o.diagnosis.quiet && o.diagnosis.trace == TraceLevel::kFrames;
     }},
    {{"--trace-secrets"}, [](const Options& o) { return o.diagnosis.trace_secrets; }},
    {{"--timing"}, [](const Options& o) { return o.diagnosis.timing; }},
    {{"-q"}, [](const Options& o) { return o.diagnosis.quiet; }},
    {{"--quiet"}, [](const Options& o) { return o.diagnosis.quiet; }},
    // terminal
    {{"--no-color", "--color", "auto"},
     [](const Options& o) { return o.terminal.color == ColorMode::kAuto; },
     true},
    {{"--color", "always"}, [](const Options& o) { return o.terminal.color == ColorMode::kAlways; }},
    {{"--color", "never"}, [](const Options& o) { return o.terminal.color == ColorMode::kNever; }},
    {{"--no-color"}, [](const Options& o) { return o.terminal.color == ColorMode::kNever; }},
    {{"--no-history"}, [](const Options& o) { return !o.terminal.history; }},
    {{"--no-multiline"}, [](const Options& o) { return !o.terminal.multiline; }},
    {{"--exit-on-close"}, [](const Options& o) { return o.terminal.exit_on_close; }},
    // automation
    {{"--script", "s", "--script-report", "junit:r.xml"},
     [](const Options& o) {
       return o.automation.script == "s" && o.automation.script_report == "junit:r.xml";
     }},
    {{"--record", "r"}, [](const Options& o) { return o.automation.record == "r"; }},
    {{"--replay", "r", "--speed", "2x", "--verify"},
     [](const Options& o) {
       return o.automation.replay == "r" && o.automation.speed == "2x" &&
              o.automation.verify_replay;
     }},
    {{"--replay", "r", "--speed", "max"},
     [](const Options& o) { return o.automation.speed == "max"; }},
    {{"--har", "h"}, [](const Options& o) { return o.automation.har == "h"; }},
    {{"--exec", "cat -n"}, [](const Options& o) { return o.automation.exec == "cat -n"; }},
    {{"--socketio=/a", "--socketio"},
     [](const Options& o) {
       return o.dialect.kind == DialectOptions::Kind::kSocketIo &&
              o.dialect.socketio_namespace == "/";
     }},
    {{"--socketio"},
     [](const Options& o) {
       return o.dialect.kind == DialectOptions::Kind::kSocketIo &&
              o.dialect.socketio_namespace == "/";
     }},
    {{"--socketio=/chat"}, [](const Options& o) { return o.dialect.socketio_namespace == "/chat"; }},
    {{"--socketio=chat"}, [](const Options& o) { return o.dialect.socketio_namespace == "/chat"; }},
    {{"--socketio", "--socketio-auth", R"({"token":"t"})"},
     [](const Options& o) { return o.dialect.socketio_auth == R"({"token":"t"})"; }},
    {{"--jsonrpc"},
     [](const Options& o) { return o.dialect.kind == DialectOptions::Kind::kJsonRpc; }},
    {{"--graphql"},
     [](const Options& o) { return o.dialect.kind == DialectOptions::Kind::kGraphql; }},
    {{"--graphql", "--graphql-init", R"({"token":"t"})"},
     [](const Options& o) { return o.dialect.graphql_init == R"({"token":"t"})"; }},
    {{"--stomp", "--stomp-header", "Authorization: Bearer t", "--stomp-header", "a:b:c",
      "--stomp-header", "Authorization:Bearer u"},
     [](const Options& o) {
       return o.dialect.stomp_headers == std::vector<std::pair<std::string, std::string>>{
                                             {"a", "b:c"}, {"Authorization", "Bearer u"}};
     }},
    {{"--stomp"}, [](const Options& o) { return o.dialect.kind == DialectOptions::Kind::kStomp; }},
    // general
    {{"--config", "/dev/null"},
     [](const Options& o) { return o.profile.config_file == "/dev/null"; }},
};

const Case kServerCases[] = {
    {{"-l", "8765"},
     [](const Options& o) { return o.listen.enabled && o.listen.address == "8765"; }},
    {{"--listen", "0.0.0.0:0"}, [](const Options& o) { return o.listen.address == "0.0.0.0:0"; }},
    {{"-l0", "--broadcast"},
     [](const Options& o) { return o.listen.broadcast == ListenOptions::Broadcast::kAll; }},
    {{"-l0", "--broadcast=others"},
     [](const Options& o) { return o.listen.broadcast == ListenOptions::Broadcast::kOthers; }},
    {{"-l0", "--broadcast=all"},
     [](const Options& o) { return o.listen.broadcast == ListenOptions::Broadcast::kAll; }},
    {{"-l0", "--path", "/a"}, [](const Options& o) { return o.listen.path == "/a"; }},
    {{"-l0", "--allow-origin", "a", "--allow-origin", "b"},
     [](const Options& o) {
       return o.listen.allow_origin == Words{"a", "b"};
     }},
    {{"-l0", "--max-clients", "3"}, [](const Options& o) { return o.listen.max_clients == 3U; }},
    {{"-l0", "--once"}, [](const Options& o) { return o.listen.once; }},
    {{"-l0", "--port-file", "p"}, [](const Options& o) { return o.listen.port_file == "p"; }},
    {{"-l0", "--echo"}, [](const Options& o) { return o.messages.echo; }},
};

std::string joined(const Words& words) {
  std::string line = "wscope";
  for (const std::string& word : words) line += " '" + word + "'";
  return line;
}

void check_case(const Case& one, const Words& words, const std::string& url) {
  CAPTURE(joined(words));
  const Options options = options_of(words);
  CHECK(one.holds(options));
  CHECK(one.holds(Options{}) == one.by_default);
  CHECK(options.url == url);
  CHECK_FALSE(options.listen.embedded);
}

}  // namespace

TEST_CASE("each option sets its field and leaves the URL alone") {
  for (const Case& one : kCases) {
    Words before = one.words;
    before.push_back("ws://h");
    check_case(one, before, "ws://h");
    Words after = one.words;
    after.insert(after.begin(), "ws://h");
    check_case(one, after, "ws://h");
  }
}

TEST_CASE("each server option sets its field") {
  for (const Case& one : kServerCases) check_case(one, one.words, "");
}

TEST_CASE("the table of cases leaves no option out") {
  std::set<std::string> used = {
      "--connect", "-c", "--help",       "-h",
      "--version", "-V", "--completion", "--print-config"};  // have cases of their own
  const auto use = [&](const Words& words) {
    for (const std::string& word : words) {
      used.insert(word.substr(0, word.substr(0, 2) == "--" ? word.find('=') : 2));
    }
  };
  for (const Case& one : kCases) use(one.words);
  for (const Case& one : kServerCases) use(one.words);
  for (const cli::OptionRow& row : cli::option_table()) {
    CAPTURE(row.name());
    CHECK(used.count(row.name()) == 1);
    if (row.short_name != '\0') CHECK(used.count({'-', row.short_name}) == 1);
  }
}

TEST_CASE("a value may look like an option, a list or nothing") {
  const Options options =
      options_of({"-x", "{}", "-x", "[1,2]", "-x", "--origin=", "-x", "--", "-x", "", "-x", "-v",
                  "-x", "@file", "-x=y", "--execute=a=b", "--execute=", "--", "ws://h"});
  CHECK(options.messages.execute ==
        Words{"{}", "[1,2]", "--origin=", "--", "", "-v", "@file", "=y", "a=b", ""});
  CHECK(options.url == "ws://h");
  CHECK(options.diagnosis.trace == TraceLevel::kNone);
  CHECK(options.handshake.origin.empty());
}

TEST_CASE("an empty value behind '=' does not take the next word") {
  const Options options = options_of({"--origin=", "ws://h"});
  CHECK(options.handshake.origin.empty());
  CHECK(options.url == "ws://h");
}

TEST_CASE("a value may look like an option behind '='") {
  CHECK(options_of({"--origin=--trace", "ws://h"}).handshake.origin == "--trace");
  CHECK(options_of({"--origin", "--no-such-option", "ws://h"}).handshake.origin ==
        "--no-such-option");
}

TEST_CASE("short options may be written together") {
  const Options options = options_of({"-vbkx", "hello", "-Pw.5", "ws://h"});
  CHECK(options.diagnosis.trace == TraceLevel::kSteps);
  CHECK(options.messages.binary);
  CHECK_FALSE(options.tls.verify);
  CHECK(options.messages.execute == Words{"hello"});
  CHECK(options.messages.show_ping_pong);
  CHECK(options.messages.wait == 0.5);
  CHECK(options.url == "ws://h");
}

TEST_CASE("the URL: alone, after --, with -c, none at all") {
  CHECK(options_of({"ws://h"}).url == "ws://h");
  CHECK(options_of({"--", "ws://h"}).url == "ws://h");
  CHECK(options_of({"--", "--help"}).url == "--help");
  CHECK(options_of({"-c", "ws://h"}).url == "ws://h");
  CHECK(options_of({"--connect=ws://h/?a=b"}).url == "ws://h/?a=b");
  CHECK(options_of({"[::1]"}).url == "[::1]");
  CHECK(options_of({":8765/x"}).url == ":8765/x");
  CHECK(options_of({"-v", "ws+unix:@name:/x"}).url == "ws+unix:@name:/x");
  const Options none = options_of({"-v"});
  CHECK(none.url.empty());
  CHECK(none.listen.embedded);
  CHECK_FALSE(none.listen.enabled);
}

TEST_CASE("defaults are those of Options") {
  const Options options = options_of({"ws://h"});
  CHECK(options.messages.wait == 1);
  CHECK(options.messages.max_size == 64 << 20);
  CHECK(options.network.connect_timeout == 10);
  CHECK(options.network.close_timeout == 5);
  CHECK(options.tls.verify);
  CHECK(options.handshake.deflate);
  CHECK(options.handshake.version == 13);
}

TEST_CASE("headers, token and passphrase come from files") {
  const TemporaryFile headers("X-A: 1\r\n\nX-B:2\nX-C;");
  CHECK(options_of({"-H", "X-0: 0", "-H", "@" + headers.path(), "h"}).handshake.headers ==
        Words{"X-0: 0", "X-A: 1", "X-B:2", "X-C;"});
  const TemporaryFile token("secret\nsecond line\n");
  CHECK(options_of({"--bearer", "@" + token.path(), "h"}).handshake.bearer == "secret");
  CHECK(options_of({"--cert", "c", "--passphrase", "@" + token.path(), "h"}).tls.passphrase ==
        "secret");
}

TEST_CASE("what logs in to a dialect comes from files, checked") {
  const TemporaryFile headers("Authorization: Bearer t\n\nhost:/\n");
  const auto given = options_of({"--stomp", "--stomp-header", "@" + headers.path(), "h"});
  CHECK(given.dialect.stomp_headers == std::vector<std::pair<std::string, std::string>>{
                                           {"Authorization", "Bearer t"}, {"host", "/"}});
  const TemporaryFile json("{\n \"a\": 1\n}\n");
  CHECK(options_of({"--graphql", "--graphql-init", "@" + json.path(), "h"}).dialect.graphql_init ==
        "{\n \"a\": 1\n}\n");
  CHECK(
      options_of({"--socketio", "--socketio-auth", "@" + json.path(), "h"}).dialect.socketio_auth ==
      "{\n \"a\": 1\n}\n");
  CHECK(error_of({"--stomp", "--stomp-header", "secret", "h"}).message ==
        "--stomp-header: a header without a colon");
  CHECK(error_of({"--stomp", "--stomp-header", "a: b\nc: d", "h"}).message ==
        "--stomp-header: a line end or NUL");
  CHECK(error_of({"--stomp", "--stomp-header", "heart-beat: 0,0", "h"}).message ==
        "--stomp-header: heart-beat is ours to say");
  CHECK(error_of({"--stomp-header", "a: b", "h"}).message == "--stomp-header needs --stomp");
  CHECK(error_of({"--graphql-init", "{}", "h"}).message == "--graphql-init needs --graphql");
}

TEST_CASE("@- is no file: standard input has the messages") {
  for (const std::string option : {"--header", "--bearer", "--cookie", "--passphrase",
                                   "--socketio-auth", "--graphql-init", "--stomp-header"}) {
    CAPTURE(option);
    const auto error = error_of({option, "@-", "h"});
    CHECK(error.message == option + " @-: standard input has the messages, it can't be both");
    CHECK(error.hint == "@/dev/stdin reads standard input, @./- a file of that name");
  }
}

TEST_CASE("files that can't be read are usage errors") {
  CHECK(error_of({"-H", "@/nonexistent/file", "h"}).message ==
        "can't read the file of --header '/nonexistent/file': no such file or directory");
  CHECK(error_of({"--bearer", "@/", "h"}).message ==
        "can't read the file of --bearer '/': is a directory");
  CHECK(error_of({"--bearer", "@", "h"}).message ==
        "can't read the file of --bearer '': no file named after '@'");
  const TemporaryFile empty("");
  CHECK(error_of({"--bearer", "@" + empty.path(), "h"}).message ==
        "--bearer '@" + empty.path() + "': the file's first line is empty");
  CHECK(options_of({"-H", "@" + empty.path(), "h"}).handshake.headers.empty());
  const TemporaryFile huge(std::string((1 << 20) + 1, 'x'));
  CHECK(error_of({"-H", "@" + huge.path(), "h"}).message ==
        "can't read the file of --header '" + huge.path() + "': larger than 1 MiB");
}

namespace {

struct Refused {
  Words words;
  std::string message;
  std::string hint;
};

const Refused kRefused[] = {
    // unknown options
    {{"--orgin", "x", "ws://h"}, "unknown option --orgin", "did you mean --origin?"},
    {{"--orgin=secret", "ws://h"}, "unknown option --orgin", "did you mean --origin?"},
    {{"--head", "x"}, "unknown option --head", "did you mean --header?"},
    {{"--trase", "h"}, "unknown option --trase", "did you mean --trace?"},
    {{"--tsl-min", "1.2", "h"}, "unknown option --tsl-min", "did you mean --tls-min?"},
    {{"--tls", "h"}, "unknown option --tls", "did you mean --tls-min or --tls-max?"},
    {{"--frobnicate", "h"}, "unknown option --frobnicate", "wscope --help lists the options"},
    {{"-z", "h"}, "unknown option -z", "wscope --help lists the options"},
    {{"-vz", "h"}, "unknown option -z", "wscope --help lists the options"},
    {{"-5", "h"}, "unknown option -5", "wscope --help lists the options"},
    {{"-verbose", "h"}, "unknown option -verbose", "did you mean --verbose?"},
    {{"-origin", "x", "h"}, "unknown option -origin", "did you mean --origin?"},
    {{"-listen", "8080"}, "unknown option -listen", "did you mean --listen?"},
    {{"---trace", "h"}, "unknown option ---trace", "did you mean --trace?"},
    {{"--count", "x", "--bad", "h"}, "unknown option --bad", "wscope --help lists the options"},
    // missing values
    {{"--count"}, "--count needs a value", "--count N: end after N received messages"},
    {{"ws://h", "-o"}, "--origin needs a value", "--origin ORIGIN: value of the Origin header"},
    {{"-vx"}, "--execute needs a value", "--execute MSG: send MSG, then leave as after EOF"},
    {{"-l"},
     "--listen needs a value",
     "--listen [HOST:]PORT: be a server; 0: any free port, told on stderr"},
    {{"--ca", "--trace", "h"},
     "--ca needs a value, but --trace follows",
     "write --ca=--trace if that is the value"},
    {{"-c", "--until=x"},
     "--connect needs a value, but --until=… follows",
     "write --connect=--until=… if that is the value"},
    {{"--origin", "--bearer=s3cret", "h"},
     "--origin needs a value, but --bearer=… follows",
     "write --origin=--bearer=… if that is the value"},
    // values where none is taken
    {{"--binary=yes", "h"}, "--binary takes no value", ""},
    {{"--binary=true", "h"}, "--binary takes no value", ""},
    {{"--verbose=", "h"}, "--verbose takes no value", ""},
    {{"--version=1"}, "--version takes no value", ""},
    // numbers
    {{"--count", "0", "h"}, "--count '0': not a whole number from 1", ""},
    {{"--count", "-3", "h"}, "--count '-3': not a whole number from 1", ""},
    {{"--count", "1.5", "h"}, "--count '1.5': not a whole number from 1", ""},
    {{"--count", "", "h"}, "--count '': not a whole number from 1", ""},
    {{"--count", "99999999999999999999", "h"},
     "--count '99999999999999999999': not a whole number from 1",
     ""},
    {{"-p", "256", "h"}, "--protocol '256': not a whole number from 0 to 255", ""},
    {{"-w", "-2", "h"}, "--wait '-2': not a number of seconds (0 or more, or -1 for no end)", ""},
    {{"-w", "1s", "h"}, "--wait '1s': not a number of seconds (0 or more, or -1 for no end)", ""},
    {{"-w", "nan", "h"}, "--wait 'nan': not a number of seconds (0 or more, or -1 for no end)", ""},
    {{"--close-timeout", "-1", "h"},
     "--close-timeout '-1': not a number of seconds (0 or more)",
     ""},
    {{"--timeout", "0", "h"}, "--timeout '0': not a number of seconds above 0", ""},
    {{"--timeout", "inf", "h"}, "--timeout 'inf': not a number of seconds above 0", ""},
    {{"--connect-timeout", "1e10", "h"},
     "--connect-timeout '1e10': not a number of seconds above 0",
     ""},
    {{"--max-size", "0", "h"},
     "--max-size '0': not a size in bytes, such as 4096, 512K, 64M or 2G",
     ""},
    {{"--max-size", "1T", "h"},
     "--max-size '1T': not a size in bytes, such as 4096, 512K, 64M or 2G",
     ""},
    {{"--max-size", "K", "h"},
     "--max-size 'K': not a size in bytes, such as 4096, 512K, 64M or 2G",
     ""},
    {{"--max-size", "99999999999G", "h"},
     "--max-size '99999999999G': not a size in bytes, such as 4096, 512K, 64M or 2G",
     ""},
    // choices
    {{"--input", "jsno", "h"},
     "--input 'jsno': not one of line, nul, json, whole, raw, hex, base64 or events",
     "did you mean --input json?"},
    {{"--output", "xml", "h"},
     "--output 'xml': not one of text, nul, raw, hex, base64 or json",
     ""},
    {{"--timestamps", "", "h"}, "--timestamps '': not one of local, utc, relative or delta", ""},
    {{"--color", "Always", "h"},
     "--color 'Always': not one of auto, always or never",
     "did you mean --color always?"},
    {{"--tls-min", "1.1", "h"}, "--tls-min '1.1': not one of 1.2 or 1.3", ""},
    {{"--completion", "csh"},
     "--completion 'csh': not one of bash, zsh or fish",
     "did you mean --completion zsh?"},
    {{"--help=everything"}, "--help 'everything': not all", ""},
    // texts that can't be empty
    {{"--until", "", "h"}, "--until '': must not be empty", ""},
    {{"--ca=", "h"}, "--ca '': must not be empty", ""},
    {{"--auth", ":pass", "h"}, "--auth: no user name in USER[:PASS]", ""},
    {{"--auth", "", "h"}, "--auth: no user name in USER[:PASS]", ""},
    {{"-l", ""}, "--listen '': not [HOST:]PORT", ""},
    {{""}, "the URL is empty", "for example ws://localhost:8765/chat"},
    // what is too much
    {{"ws://a", "ws://b"},
     "more than one URL: 'ws://a' and 'ws://b'",
     "one run talks to one server; a message goes after -x"},
    {{"-c", "ws://me:secret@a/x@y", "me:secret@b"},
     "more than one URL: 'ws://a/x@y' and 'b'",
     "one run talks to one server; a message goes after -x"},
    {{"ws://u:pa/ss@h", "u:p?ss@b"},
     "more than one URL: 'ws://h' and 'b'",
     "one run talks to one server; a message goes after -x"},
    {{"--socketio", "/chat", "ws://h"},
     "--socketio takes its value behind a '=', and '/chat' is no URL",
     "write --socketio=/chat if that is the value"},
    {{"ws://h", "--broadcast", "others"},
     "--broadcast takes its value behind a '=', and 'others' is no URL",
     "write --broadcast=others if that is the value"},
    {{"-l", "1", "-l", "2"}, "--listen '2': already listening on '1'", ""},
};

}  // namespace

TEST_CASE("each refusal says what is wrong and what to do") {
  for (const Refused& one : kRefused) {
    CAPTURE(joined(one.words));
    const Error error = error_of(one.words);
    CHECK(error.message == one.message);
    CHECK(error.hint == one.hint);
    CHECK(error.detail.empty());
  }
}

TEST_CASE("help, version and completion win over everything else") {
  const std::string help = text_of({"--help"});
  CHECK(text_of({"-h"}) == help);
  CHECK(text_of({"-vh", "ws://h"}) == help);
  CHECK(text_of({"--nonsense", "--count", "x", "-h", "--origin"}) == help);
  const std::string all = text_of({"--help=all"});
  CHECK(text_of({"--help", "all"}) == all);
  CHECK(all.size() > help.size());
  CHECK(text_of({"--version"}) == text_of({"-V", "--help"}));
  CHECK(text_of({"--version"}).substr(0, 7) == "wscope ");
  CHECK(text_of({"--completion", "bash"}).find("complete -F _wscope wscope\n") !=
        std::string::npos);
  CHECK(options_of({"-x", "--help", "h"}).messages.execute == Words{"--help"});
}

TEST_CASE("-t takes a kind where there is another URL, and never swallows the only one") {
  for (const Words& words :
       {Words{"-t", "delta", "ws://h/"}, Words{"ws://h/", "-t", "delta"},
        Words{"-Pt", "delta", "-x", "a", "ws://h/"}, Words{"-c", "ws://h/", "-t", "delta"}}) {
    const Options options = options_of(words);
    CHECK(options.url == "ws://h/");
    CHECK(options.messages.timestamps == Timestamps::kDelta);
  }
  CHECK(options_of({"-t", "utc", "--listen", "0"}).messages.timestamps == Timestamps::kUtc);
  CHECK(options_of({"-t", "delta"}).url == "delta");
  CHECK(options_of({"-t", "delta"}).messages.timestamps == Timestamps::kLocal);
  CHECK(options_of({"-t", "ws://h/"}).url == "ws://h/");
  error_of({"-t", "nonsense", "ws://h/"});
  error_of({"-xt", "delta", "ws://h/"});
}
