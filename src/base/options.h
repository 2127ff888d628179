// Options: everything the command line says, as plain values with their defaults.
//
// cli/parse_args fills it, nobody changes it afterwards. Durations are seconds; sizes are bytes.
// A field that the user can leave unsaid and that has no natural default is an optional. The
// groups follow the option groups of wscope(1); a layer takes just the group it needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wscope {

enum class InputFormat { kLine, kNul, kJson, kWhole, kRaw, kHex, kBase64, kEvents };
enum class OutputFormat { kAuto, kText, kNul, kRaw, kHex, kBase64, kJson };
enum class Timestamps { kNone, kLocal, kUtc, kRelative, kDelta };
enum class ColorMode { kAuto, kAlways, kNever };
enum class AddressFamily { kAny, kIpv4, kIpv6 };
enum class TlsVersion { kTls12, kTls13 };
enum class TraceLevel { kNone, kSteps, kFrames, kBytes };  // -, -v, --trace, --trace-hex

struct MessageOptions {
  std::vector<std::string> execute;    // -x
  bool interactive = false;            // -i
  double wait = 1;                     // -w: linger; < 0: until the server closes
  std::optional<std::uint64_t> count;  // --count
  std::string until;                   // --until: RE2 syntax, empty: none
  bool binary = false;                 // -b: input is sent as binary messages
  InputFormat input = InputFormat::kLine;
  OutputFormat output = OutputFormat::kAuto;
  bool pretty = false;
  Timestamps timestamps = Timestamps::kNone;
  bool echo = false;
  std::vector<std::pair<std::string, std::string>> on_key;
  bool show_ping_pong = false;
  bool slash = false;
  std::size_t max_size = std::size_t{64} << 20;  // one received message, inflated
};

struct HandshakeOptions {
  std::vector<std::string> headers;  // -H as given: "Name: value", "Name:", "Name;", @file expanded
  std::string host;
  std::string origin;
  std::vector<std::string> subprotocols;
  std::optional<std::string> auth;  // USER[:PASS]
  std::string bearer;
  std::vector<std::string> cookies;       // --cookie "a=b"
  std::vector<std::string> cookie_files;  // the texts of --cookie @FILE, Netscape's format
  std::optional<std::string> user_agent;
  int version = 13;  // -p: Sec-WebSocket-Version
  bool follow_redirects = false;
  int max_redirects = 20;
  bool netrc = false;
  bool deflate = true;
  std::string deflate_parameters;  // --deflate, unparsed; ws/deflate_parameters reads it
};

struct NetworkOptions {
  AddressFamily family = AddressFamily::kAny;
  std::vector<std::string> resolve;     // HOST:PORT:ADDR[,ADDR…]
  std::vector<std::string> connect_to;  // HOST:PORT
  std::string unix_socket;
  std::string interface;
  std::optional<std::string> proxy;  // "" turns proxies off
  std::optional<std::string> no_proxy;
  double connect_timeout = 10;    // resolve to upgrade
  std::optional<double> timeout;  // the whole run
  double close_timeout = 5;
};

struct TlsOptions {
  bool verify = true;
  std::string ca_file;
  bool verify_proxy = true;   // of an https proxy
  std::string proxy_ca_file;  // …
  std::string cert_file;
  std::string key_file;
  std::optional<std::string> passphrase;
  std::string server_name;
  std::optional<TlsVersion> min_version;
  std::optional<TlsVersion> max_version;
  std::string ciphers;
  std::string pin;  // sha256//BASE64[;sha256//BASE64…]
  std::string key_log;
};

struct LivenessOptions {
  double ping_interval = 0;  // 0: none
  double pong_timeout = 0;   // 0: none
  bool send_pong = true;
  std::vector<std::string> heartbeat;
  double heartbeat_interval = 30;
  bool reconnect = false;
  std::optional<int> reconnect_max;
};

struct DiagnosisOptions {
  TraceLevel trace = TraceLevel::kNone;
  std::string trace_file;
  bool trace_secrets = false;
  bool timing = false;
  bool quiet = false;
};

struct TerminalOptions {
  ColorMode color = ColorMode::kAuto;
  bool history = true;
  bool multiline = true;
  bool exit_on_close = false;
};

struct AutomationOptions {
  std::string script;
  std::string script_report;  // "junit:FILE", "tap:FILE"
  std::string record;
  std::string replay;
  std::string speed;  // "2x", "max"
  bool verify_replay = false;
  std::string har;
  std::string exec;
};

struct DialectOptions {
  enum class Kind { kNone, kSocketIo, kJsonRpc, kGraphql, kStomp };
  Kind kind = Kind::kNone;
  std::string socketio_namespace = "/";
  std::string socketio_auth;                                       // JSON; empty: none
  std::string graphql_init;                                        // a JSON object; empty: none
  std::vector<std::pair<std::string, std::string>> stomp_headers;  // of CONNECT; no name twice
};

struct ListenOptions {
  bool enabled = false;
  std::string address;    // [HOST:]PORT
  bool embedded = false;  // no URL and no --listen: the REPL against our own echo server
  enum class Broadcast { kNone, kAll, kOthers };
  Broadcast broadcast = Broadcast::kNone;
  std::string path;
  std::vector<std::string> allow_origin;
  std::optional<std::size_t> max_clients;
  bool once = false;  // one client, and the run ends as its connection does
  std::string port_file;
};

struct ProfileOptions {
  std::string config_file;    // --config; empty: the default place
  std::string profile;        // @PROFILE, without the '@'; empty: none
  bool print_config = false;  // show what the profile says instead of connecting
};

struct Options {
  std::string url;
  ProfileOptions profile;
  MessageOptions messages;
  HandshakeOptions handshake;
  NetworkOptions network;
  TlsOptions tls;
  LivenessOptions liveness;
  DiagnosisOptions diagnosis;
  TerminalOptions terminal;
  AutomationOptions automation;
  DialectOptions dialect;
  ListenOptions listen;
};

}  // namespace wscope
