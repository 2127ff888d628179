#include "cli/option_table.h"

#include "cli/option_setters.h"

namespace wscope::cli {
namespace {

using setters::append;
using setters::choice;
using setters::count;
using setters::json_in;
using setters::own_file;
using setters::put;
using setters::seconds;
using setters::secret_in;
using setters::size;
using setters::some_text;
using setters::text;

constexpr auto kM = &Options::messages;
constexpr auto kH = &Options::handshake;
constexpr auto kN = &Options::network;
constexpr auto kT = &Options::tls;
constexpr auto kL = &Options::liveness;
constexpr auto kD = &Options::diagnosis;
constexpr auto kR = &Options::terminal;
constexpr auto kA = &Options::automation;
constexpr auto kS = &Options::listen;
constexpr auto kP = &Options::profile;
constexpr auto kX = &Options::dialect;

constexpr Complete kPlain = Complete::kNothing;
constexpr Complete kFile = Complete::kFile;
constexpr Complete kAtFile = Complete::kAtFile;
constexpr Complete kHost = Complete::kHost;
constexpr Role kBoth = Role::kBoth;
constexpr Role kClient = Role::kClient;
constexpr Role kServer = Role::kServer;
constexpr Show kBrief = Show::kBrief;
constexpr Show kFull = Show::kFull;

using G = Group;
using M = MessageOptions;
using H = HandshakeOptions;
using N = NetworkOptions;
using T = TlsOptions;
using L = LivenessOptions;
using D = DiagnosisOptions;
using R = TerminalOptions;
using A = AutomationOptions;
using S = ListenOptions;
using P = ProfileOptions;
using X = DialectOptions;
using Dialect = DialectOptions::Kind;

// The columns: group, short, long, argument, choices, completion, role, where shown, help, setter.
// clang-format off
constexpr OptionRow kRows[] = {
  // --- messages
  {G::kMessages, 'x', "execute", "MSG...", "", kPlain, kBoth, kBrief,
   "send MSG, then leave as after EOF", append<kM, &M::execute>},
  {G::kMessages, 'i', "interactive", "", "", kPlain, kBoth, kBrief,
   "stay in the REPL after -x", put<kM, &M::interactive, true>},
  {G::kMessages, 'w', "wait", "S", "", kPlain, kClient, kBrief,
   "linger S seconds after input ends (1; -1: no end)",
   seconds<kM, &M::wait, Bound::kZeroOrMinusOne>},
  {G::kMessages, '\0', "count", "N", "", kPlain, kBoth, kBrief,
   "end after N received messages", count<kM, &M::count, 1>},
  {G::kMessages, '\0', "until", "REGEX", "", kPlain, kBoth, kBrief,
   "end after the first message that matches", some_text<kM, &M::until>},
  {G::kMessages, 'b', "binary", "", "", kPlain, kBoth, kBrief,
   "send input as binary messages", put<kM, &M::binary, true>},
  {G::kMessages, '0', "null", "", "", kPlain, kBoth, kFull,
   "messages end in NUL instead of newline, both ways", nullptr},
  {G::kMessages, '\0', "input", "FORMAT", "line|nul|json|whole|raw|hex|base64|events", kPlain,
   kBoth, kFull, "how input becomes messages (line)", choice<kM, &M::input>},
  {G::kMessages, '\0', "output", "FORMAT", "text|nul|raw|hex|base64|json", kPlain,
   kBoth, kFull, "how messages are written (text)", choice<kM, &M::output, 1>},
  {G::kMessages, '\0', "json", "", "", kPlain, kBoth, kBrief,
   "events as JSON Lines (--output json)", put<kM, &M::output, OutputFormat::kJson>},
  {G::kMessages, '\0', "pretty", "", "", kPlain, kBoth, kFull,
   "indent JSON messages", put<kM, &M::pretty, true>},
  {G::kMessages, 't', "", "", "", kPlain, kBoth, kBrief,
   "show the time (--timestamps local)", put<kM, &M::timestamps, Timestamps::kLocal>},
  {G::kMessages, '\0', "timestamps", "KIND", "local|utc|relative|delta", kPlain, kBoth, kFull,
   "show the time of each message", choice<kM, &M::timestamps, 1>},
  {G::kMessages, '\0', "echo", "", "", kPlain, kBoth, kBrief,
   "send each received message back", put<kM, &M::echo, true>},
  {G::kMessages, '\0', "on-key", "KEY=MESSAGE...", "", kPlain, kBoth, kFull,
   "send MESSAGE when KEY is pressed", setters::on_key},
  {G::kMessages, 'P', "show-ping-pong", "", "", kPlain, kBoth, kFull,
   "show pings and pongs", put<kM, &M::show_ping_pong, true>},
  {G::kMessages, '\0', "slash", "", "", kPlain, kBoth, kFull,
   "slash commands in piped input too", put<kM, &M::slash, true>},
  {G::kMessages, '\0', "max-size", "BYTES", "", kPlain, kBoth, kFull,
   "largest message to receive (64M; suffixes K M G)", size<kM, &M::max_size>},

  // --- handshake
  {G::kHandshake, 'H', "header", "HEADER...", "", kAtFile, kBoth, kBrief,
   "'Name: value'; 'Name:' removes; @FILE", append<kH, &H::headers>},
  {G::kHandshake, '\0', "host", "HOST", "", kHost, kClient, kFull,
   "value of the Host header", text<kH, &H::host>},
  {G::kHandshake, 'o', "origin", "ORIGIN", "", kPlain, kClient, kBrief,
   "value of the Origin header", text<kH, &H::origin>},
  {G::kHandshake, 's', "subprotocol", "NAME...", "", kPlain, kBoth, kBrief,
   "subprotocol to ask for", append<kH, &H::subprotocols>},
  {G::kHandshake, '\0', "auth", "USER[:PASS]", "", kPlain, kBoth, kBrief,
   "Basic authentication", setters::auth},
  {G::kHandshake, '\0', "bearer", "TOKEN|@FILE", "", kAtFile, kBoth, kBrief,
   "Authorization: Bearer TOKEN", some_text<kH, &H::bearer>, secret_in<kH, &H::bearer>},
  {G::kHandshake, '\0', "cookie", "COOKIE|@FILE...", "", kAtFile, kClient, kFull,
   "NAME=VALUE, or a Netscape cookie file", setters::cookie, setters::cookies_in},
  {G::kHandshake, '\0', "netrc", "", "", kPlain, kClient, kFull,
   "user and password from ~/.netrc", put<kH, &H::netrc, true>},
  {G::kHandshake, 'A', "user-agent", "TEXT", "", kPlain, kClient, kFull,
   "value of the User-Agent header", text<kH, &H::user_agent>},
  {G::kHandshake, 'p', "protocol", "VERSION", "", kPlain, kClient, kFull,
   "value of Sec-WebSocket-Version (13)", setters::version},
  {G::kHandshake, 'L', "location", "", "", kPlain, kClient, kFull,
   "follow redirects", put<kH, &H::follow_redirects, true>},
  {G::kHandshake, '\0', "max-redirects", "N", "", kPlain, kClient, kFull,
   "at most N redirects (20)", count<kH, &H::max_redirects, 0>},
  {G::kHandshake, '\0', "deflate", "PARAMETERS", "", kPlain, kBoth, kFull,
   "permessage-deflate parameters to offer", text<kH, &H::deflate_parameters>},
  {G::kHandshake, '\0', "no-deflate", "", "", kPlain, kBoth, kFull,
   "offer no compression", put<kH, &H::deflate, false>},

  // --- network
  {G::kNetwork, '4', "ipv4", "", "", kPlain, kClient, kBrief,
   "IPv4 addresses only", put<kN, &N::family, AddressFamily::kIpv4>},
  {G::kNetwork, '6', "ipv6", "", "", kPlain, kClient, kBrief,
   "IPv6 addresses only", put<kN, &N::family, AddressFamily::kIpv6>},
  {G::kNetwork, '\0', "resolve", "HOST:PORT:ADDR...", "", kHost, kClient, kFull,
   "address of HOST:PORT, without DNS", append<kN, &N::resolve>},
  {G::kNetwork, '\0', "connect-to", "HOST:PORT...", "", kHost, kClient, kFull,
   "connect there, whatever the URL says", append<kN, &N::connect_to>},
  {G::kNetwork, '\0', "unix-socket", "PATH", "", kFile, kClient, kFull,
   "connect through this Unix socket", some_text<kN, &N::unix_socket>},
  {G::kNetwork, '\0', "interface", "ADDR", "", kPlain, kClient, kFull,
   "local address to connect from", some_text<kN, &N::interface>},
  {G::kNetwork, '\0', "proxy", "URL", "", kHost, kClient, kFull,
   "http, https or socks4/4a/5/5h proxy", text<kN, &N::proxy>},
  {G::kNetwork, '\0', "noproxy", "LIST", "", kHost, kClient, kFull,
   "hosts to reach without a proxy", text<kN, &N::no_proxy>},
  {G::kNetwork, '\0', "connect-timeout", "S", "", kPlain, kBoth, kFull,
   "seconds from resolving to the upgrade (10)", seconds<kN, &N::connect_timeout, Bound::kAboveZero>},
  {G::kNetwork, '\0', "timeout", "S", "", kPlain, kBoth, kBrief,
   "let the whole run take at most S seconds", seconds<kN, &N::timeout, Bound::kAboveZero>},
  {G::kNetwork, '\0', "close-timeout", "S", "", kPlain, kBoth, kFull,
   "seconds to wait for the peer's Close (5)", seconds<kN, &N::close_timeout, Bound::kZeroOrMore>},

  // --- TLS
  {G::kTls, 'k', "insecure", "", "", kPlain, kClient, kBrief,
   "don't verify the server's certificate", put<kT, &T::verify, false>},
  {G::kTls, 'n', "no-check", "", "", kPlain, kClient, kFull,
   "the same as --insecure", put<kT, &T::verify, false>},
  {G::kTls, '\0', "ca", "FILE", "", kFile, kBoth, kBrief,
   "trust these certificates (PEM)", some_text<kT, &T::ca_file>},
  {G::kTls, '\0', "cert", "FILE", "", kFile, kBoth, kBrief,
   "own certificate (PEM)", some_text<kT, &T::cert_file>},
  {G::kTls, '\0', "key", "FILE", "", kFile, kBoth, kBrief,
   "key of --cert, if in a file of its own", some_text<kT, &T::key_file>},
  {G::kTls, '\0', "passphrase", "TEXT|@FILE", "", kAtFile, kBoth, kFull,
   "passphrase of the key; asked for when missing", text<kT, &T::passphrase>, secret_in<kT, &T::passphrase>},
  {G::kTls, '\0', "servername", "NAME", "", kHost, kClient, kFull,
   "name to ask for and to verify (SNI)", some_text<kT, &T::server_name>},
  {G::kTls, '\0', "tls-min", "VERSION", "1.2|1.3", kPlain, kBoth, kFull,
   "lowest TLS version", choice<kT, &T::min_version>},
  {G::kTls, '\0', "tls-max", "VERSION", "1.2|1.3", kPlain, kBoth, kFull,
   "highest TLS version", choice<kT, &T::max_version>},
  {G::kTls, '\0', "ciphers", "LIST", "", kPlain, kBoth, kFull,
   "cipher suites, as OpenSSL names them", some_text<kT, &T::ciphers>},
  {G::kTls, '\0', "pin", "sha256//BASE64", "", kPlain, kClient, kFull,
   "hash of the server's public key", some_text<kT, &T::pin>},
  {G::kTls, '\0', "proxy-insecure", "", "", kPlain, kClient, kFull,
   "don't verify an https proxy's certificate", put<kT, &T::verify_proxy, false>},
  {G::kTls, '\0', "proxy-ca", "FILE", "", kFile, kClient, kFull,
   "trust these for an https proxy (PEM)", some_text<kT, &T::proxy_ca_file>},
  {G::kTls, '\0', "keylog", "FILE", "", kFile, kBoth, kFull,
   "append TLS secrets for Wireshark", some_text<kT, &T::key_log>},

  // --- liveness
  {G::kLiveness, '\0', "ping-interval", "S", "", kPlain, kBoth, kFull,
   "send a ping every S seconds", seconds<kL, &L::ping_interval, Bound::kZeroOrMore>},
  {G::kLiveness, '\0', "pong-timeout", "S", "", kPlain, kBoth, kFull,
   "give up when a pong takes longer", seconds<kL, &L::pong_timeout, Bound::kZeroOrMore>},
  {G::kLiveness, '\0', "no-pong", "", "", kPlain, kBoth, kFull,
   "don't answer pings", put<kL, &L::send_pong, false>},
  {G::kLiveness, '\0', "heartbeat", "MSG...", "", kPlain, kBoth, kFull,
   "send MSG at an interval", append<kL, &L::heartbeat>},
  {G::kLiveness, '\0', "heartbeat-interval", "S", "", kPlain, kBoth, kFull,
   "seconds between heartbeats (30)", seconds<kL, &L::heartbeat_interval, Bound::kAboveZero>},
  {G::kLiveness, '\0', "reconnect", "", "", kPlain, kClient, kFull,
   "connect again when the connection is lost", put<kL, &L::reconnect, true>},
  {G::kLiveness, '\0', "reconnect-max", "N", "", kPlain, kClient, kFull,
   "give up after N attempts in a row", count<kL, &L::reconnect_max, 0>},

  // --- diagnosis
  {G::kDiagnosis, 'v', "verbose", "", "", kPlain, kBoth, kBrief,
   "show steps, TLS, handshake and close", setters::trace<TraceLevel::kSteps>},
  {G::kDiagnosis, '\0', "trace", "", "", kPlain, kBoth, kBrief,
   "show those and every frame", setters::trace<TraceLevel::kFrames>},
  {G::kDiagnosis, '\0', "trace-hex", "", "", kPlain, kBoth, kBrief,
   "show those and the payload bytes", setters::trace<TraceLevel::kBytes>},
  {G::kDiagnosis, '\0', "trace-file", "FILE", "", kFile, kBoth, kFull,
   "write the trace there instead of to stderr", some_text<kD, &D::trace_file>},
  {G::kDiagnosis, '\0', "trace-secrets", "", "", kPlain, kBoth, kFull,
   "show credentials in the trace", put<kD, &D::trace_secrets, true>},
  {G::kDiagnosis, '\0', "timing", "", "", kPlain, kBoth, kFull,
   "a table of times and totals at the end", put<kD, &D::timing, true>},
  {G::kDiagnosis, 'q', "quiet", "", "", kPlain, kBoth, kBrief,
   "no status on stderr, only errors", put<kD, &D::quiet, true>},

  // --- terminal
  {G::kTerminal, '\0', "color", "WHEN", "auto|always|never", kPlain, kBoth, kFull,
   "colour (auto: on a terminal)", choice<kR, &R::color>},
  {G::kTerminal, '\0', "no-color", "", "", kPlain, kBoth, kFull,
   "the same as --color never", put<kR, &R::color, ColorMode::kNever>},
  {G::kTerminal, '\0', "no-history", "", "", kPlain, kBoth, kFull,
   "keep no history of typed lines", put<kR, &R::history, false>},
  {G::kTerminal, '\0', "no-multiline", "", "", kPlain, kBoth, kFull,
   "each typed line is a message, open braces or not", put<kR, &R::multiline, false>},
  {G::kTerminal, '\0', "exit-on-close", "", "", kPlain, kClient, kFull,
   "leave the REPL when the server closes", put<kR, &R::exit_on_close, true>},

  // --- automation
  {G::kAutomation, '\0', "script", "FILE", "", kFile, kClient, kFull,
   "run a send/expect script", some_text<kA, &A::script>},
  {G::kAutomation, '\0', "script-report", "KIND:FILE", "", kPlain, kClient, kFull,
   "its results as junit:FILE or tap:FILE", setters::script_report},
  {G::kAutomation, '\0', "record", "FILE", "", kFile, kBoth, kFull,
   "record the session as JSON Lines", own_file<kA, &A::record>},
  {G::kAutomation, '\0', "replay", "FILE", "", kFile, kBoth, kFull,
   "send what was recorded, at its pace", some_text<kA, &A::replay>},
  {G::kAutomation, '\0', "speed", "FACTOR", "", kPlain, kBoth, kFull,
   "pace of --replay: 2x, 0.5x, max", setters::speed},
  {G::kAutomation, '\0', "verify", "", "", kPlain, kBoth, kFull,
   "compare what comes back with the recording", put<kA, &A::verify_replay, true>},
  {G::kAutomation, '\0', "har", "FILE", "", kFile, kClient, kFull,
   "write a HAR file for browsers' tools", own_file<kA, &A::har>},
  {G::kAutomation, '\0', "exec", "COMMAND", "", kPlain, kBoth, kFull,
   "connect COMMAND's stdin and stdout", some_text<kA, &A::exec>},
  {G::kAutomation, '\0', "socketio", "[=NAMESPACE]", "", kPlain, kClient, kFull,
   "speak Socket.IO", setters::dialect<Dialect::kSocketIo>},
  {G::kAutomation, '\0', "socketio-auth", "JSON|@FILE", "", kAtFile, kClient, kFull,
   "auth payload of its connect", some_text<kX, &X::socketio_auth>,
   json_in<kX, &X::socketio_auth>},
  {G::kAutomation, '\0', "jsonrpc", "", "", kPlain, kClient, kFull,
   "speak JSON-RPC 2.0", setters::dialect<Dialect::kJsonRpc>},
  {G::kAutomation, '\0', "graphql", "", "", kPlain, kClient, kFull,
   "speak GraphQL over WebSocket", setters::dialect<Dialect::kGraphql>},
  {G::kAutomation, '\0', "graphql-init", "JSON|@FILE", "", kAtFile, kClient, kFull,
   "payload of its connection_init", some_text<kX, &X::graphql_init>,
   json_in<kX, &X::graphql_init>},
  {G::kAutomation, '\0', "stomp", "", "", kPlain, kClient, kFull,
   "speak STOMP", setters::dialect<Dialect::kStomp>},
  {G::kAutomation, '\0', "stomp-header", "HEADER...", "", kAtFile, kClient, kFull,
   "'Name: value' of its CONNECT; @FILE", setters::stomp_header},

  // --- server
  {G::kServer, 'l', "listen", "[HOST:]PORT", "", kPlain, kServer, kBrief,
   "be a server; 0: any free port, told on stderr", setters::listen},
  {G::kServer, '\0', "broadcast", "[=others]", "all|others", kPlain, kServer, kFull,
   "send each message to all clients, or all others", setters::broadcast},
  {G::kServer, '\0', "path", "PATH", "", kPlain, kServer, kFull,
   "accept this path only", setters::path},
  {G::kServer, '\0', "allow-origin", "ORIGIN...", "", kPlain, kServer, kFull,
   "accept these origins only", append<kS, &S::allow_origin>},
  {G::kServer, '\0', "max-clients", "N", "", kPlain, kServer, kFull,
   "refuse more clients at once", count<kS, &S::max_clients, 1>},
  {G::kServer, '\0', "once", "", "", kPlain, kServer, kFull,
   "serve one client, then leave", put<kS, &S::once, true>},
  {G::kServer, '\0', "port-file", "FILE", "", kFile, kServer, kFull,
   "write the port there once listening", some_text<kS, &S::port_file>},

  // --- general
  {G::kGeneral, 'c', "connect", "URL", "", kHost, kClient, kFull,
   "the URL, as wscat takes it", setters::url},
  {G::kGeneral, '\0', "config", "FILE", "", kFile, kBoth, kFull,
   "read profiles from FILE", some_text<kP, &P::config_file>},
  {G::kGeneral, '\0', "print-config", "", "", kPlain, kBoth, kFull,
   "show what profile and options say", put<kP, &P::print_config, true>},
  {G::kGeneral, '\0', "completion", "SHELL", "bash|zsh|fish", kPlain, kBoth, kFull,
   "print a completion script", nullptr},
  {G::kGeneral, 'h', "help", "[=all]", "all", kPlain, kBoth, kBrief,
   "this help; --help=all: every option", nullptr},
  {G::kGeneral, 'V', "version", "", "", kPlain, kBoth, kBrief,
   "print the version", nullptr},
};
// clang-format on

}  // namespace

bool OptionRow::lists_headers() const {
  return long_name == "header" || long_name == "stomp-header";
}

std::string OptionRow::name() const {
  return long_name.empty() ? std::string{'-', short_name} : "--" + std::string(long_name);
}

Result<void> OptionRow::apply(const std::string& typed, Options& options) const {
  const bool names_file = set_from_file != nullptr && !typed.empty() && typed.front() == '@';
  return names_file ? set_from_file(*this, typed.substr(1), options) : set(*this, typed, options);
}

OptionTable option_table() { return {kRows, std::size(kRows)}; }

const OptionRow* find_long(std::string_view name) {
  if (name.empty()) return nullptr;
  for (const OptionRow& row : kRows) {
    if (row.long_name == name) return &row;
  }
  return nullptr;
}

const OptionRow* find_short(char name) {
  if (name == '\0') return nullptr;
  for (const OptionRow& row : kRows) {
    if (row.short_name == name) return &row;
  }
  return nullptr;
}

std::string_view group_title(Group group) {
  switch (group) {
    case Group::kMessages:
      return "messages";
    case Group::kHandshake:
      return "handshake";
    case Group::kNetwork:
      return "network";
    case Group::kTls:
      return "TLS";
    case Group::kLiveness:
      return "liveness";
    case Group::kDiagnosis:
      return "diagnosis";
    case Group::kTerminal:
      return "terminal";
    case Group::kAutomation:
      return "automation";
    case Group::kServer:
      return "server";
    case Group::kGeneral:
      return "general";
  }
  return "";
}

}  // namespace wscope::cli
