#include "cli/option_rules.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "base/user_info.h"
#include "base/utf8.h"

namespace wscope::cli {
namespace {

struct Pair {
  std::string_view first;
  std::string_view second;
  std::string_view hint;
};

constexpr Pair kExclusive[] = {
    {"ipv4", "ipv6", ""},
    {"deflate", "no-deflate", ""},
    {"auth", "bearer", "both are Authorization"},
    {"script", "input", "`send hex` and `send file` in the script send other things"},
    {"script", "binary", "`send hex` and `send file` in the script send other things"},
    {"script", "null", ""},
    {"script", "slash", ""},
    {"script", "socketio", "a script says what is on the wire"},
    {"script", "jsonrpc", "a script says what is on the wire"},
    {"script", "graphql", "a script says what is on the wire"},
    {"script", "stomp", "a script says what is on the wire"},
    {"script", "execute", "write `send` lines into the script"},
    {"script", "replay", ""},
    {"script", "interactive", ""},
    {"script", "count", "the script's end is the end"},
    {"script", "until", "`await` waits for a message"},
    {"script", "reconnect", ""},
    {"script", "heartbeat", ""},
    {"script", "ping-interval", "`ping` in the script sends one"},
    {"replay", "execute", "the recording is the input"},
    {"replay", "interactive", ""},
    {"replay", "input", "the recording is the input"},
    {"replay", "binary", "messages keep the type they were recorded with"},
    {"replay", "slash", ""},
    {"replay", "echo", ""},
    {"replay", "broadcast", ""},
    {"replay", "socketio", "what was recorded is what was on the wire"},
    {"replay", "jsonrpc", "what was recorded is what was on the wire"},
    {"replay", "graphql", "what was recorded is what was on the wire"},
    {"replay", "stomp", "what was recorded is what was on the wire"},
    {"exec", "execute", "the command's output is the input"},
    {"exec", "interactive", ""},
    {"exec", "script", ""},
    {"exec", "replay", ""},
    {"exec", "echo", ""},
    {"exec", "broadcast", ""},
    {"exec", "on-key", "keys are for the terminal"},
    {"echo", "script", ""},
    {"unix-socket", "connect-to", ""},
    {"unix-socket", "proxy", ""},
    {"echo", "socketio", ""},
    {"echo", "jsonrpc", ""},
    {"echo", "graphql", ""},
    {"echo", "stomp", ""},
    {"slash", "null", ""},
};

struct Need {
  std::string_view option;
  std::string_view partner;
  std::string_view hint;
  std::string_view other_partner = {};  // does as well
};

constexpr Need kNeeds[] = {
    {"key", "cert", ""},
    {"passphrase", "cert", ""},
    {"pong-timeout", "ping-interval", "without pings no pong is waited for"},
    {"reconnect-max", "reconnect", ""},
    {"speed", "replay", ""},
    {"verify", "replay", ""},
    {"script-report", "script", ""},
    {"max-redirects", "location", ""},
    {"socketio-auth", "socketio", ""},
    {"graphql-init", "graphql", ""},
    {"stomp-header", "stomp", ""},
    {"heartbeat-interval", "heartbeat", "or --stomp", "stomp"},
};

bool is_met(const Need& need, const std::function<bool(std::string_view)>& given) {
  return given(need.partner) || (!need.other_partner.empty() && given(need.other_partner));
}

std::string dashed(std::string_view long_name) { return "--" + std::string(long_name); }

Result<void> check_pairs(const Given& given, const Options& options) {
  const bool no_proxy = options.network.proxy && options.network.proxy->empty();
  for (const Pair& pair : kExclusive) {
    if (!given.has(pair.first) || !given.has(pair.second)) continue;
    if (pair.second == "proxy" && no_proxy) continue;  // --proxy '' goes with all
    return fail(Stage::kUsage,
                dashed(pair.first) + " and " + dashed(pair.second) + " exclude each other",
                std::string(pair.hint));
  }
  const auto has = [&](std::string_view name) { return given.has(name); };
  for (const Need& need : kNeeds) {
    if (!has(need.option) || is_met(need, has)) continue;
    return fail(Stage::kUsage, dashed(need.option) + " needs " + dashed(need.partner),
                std::string(need.hint));
  }
  return {};
}

Result<void> check_roles(const Given& given, const Options& options) {
  const bool server = options.listen.enabled;
  if (server && !options.url.empty()) {
    return fail(Stage::kUsage, "--listen takes no URL: '" + without_user_info(options.url) + "'",
                "run wscope once to listen and once to connect");
  }
  for (const OptionRow& row : option_table()) {
    if (!given.has(row)) continue;
    if (server && row.role == Role::kClient) {
      return fail(Stage::kUsage, row.name() + " is for connecting: it can't go with --listen");
    }
    if (!server && row.role == Role::kServer) {
      return fail(Stage::kUsage, row.name() + " needs --listen");
    }
  }
  if (server && given.has("ca") && !given.has("cert")) {
    return fail(Stage::kUsage, "--listen with --ca needs --cert",
                "without TLS no client can show a certificate");
  }
  // The run would be over before the last message's command has answered it.
  for (const std::string_view end : {"count", "until"}) {
    if (!server || !given.has("exec") || !given.has(end)) continue;
    return fail(Stage::kUsage, "--listen with --exec takes no " + dashed(end),
                "a client's messages go to its command, which ends the connection; --timeout or a "
                "signal ends the server");
  }
  if (options.messages.echo && !server && options.url.empty()) {
    return fail(Stage::kUsage, "--echo needs a URL or --listen",
                "without either, wscope talks to an echo server of its own");
  }
  if (given.has("replay") && !server && options.url.empty() && options.profile.profile.empty()) {
    return fail(Stage::kUsage, "--replay needs a URL or --listen");
  }
  return {};
}

Result<void> check_input(const Given& given, const Options& options) {
  const MessageOptions& messages = options.messages;
  const std::string format = messages.input == InputFormat::kRaw     ? "raw"
                             : messages.input == InputFormat::kWhole ? "whole"
                             : messages.input == InputFormat::kLine  ? "line"
                                                                     : "";
  for (const std::string_view other : {"execute", "interactive", "slash"}) {
    if (!given.has("input") || !given.has(other) || !input_excludes(format, other)) continue;
    if (other == "slash") {
      return fail(Stage::kUsage, "--slash needs input by line", "leave --input away");
    }
    return fail(Stage::kUsage,
                "--input " + format + " and " + dashed(other) + " exclude each other",
                other == "execute" ? "with -x stdin is not read, or line by line (-i)" : "");
  }
  if (given.has("null") && given.has("input") && messages.input != InputFormat::kNul) {
    return fail(Stage::kUsage, "--null and --input exclude each other",
                "--output nul is the half of --null for output");
  }
  return {};
}

Result<void> check_values(const Given& given, const Options& options) {
  for (const std::string& message : options.liveness.heartbeat) {
    if (is_valid_utf8(message)) continue;
    return fail(Stage::kUsage, "--heartbeat: its message is not UTF-8, as a text must be");
  }
  const TlsOptions& tls = options.tls;
  if (tls.min_version == TlsVersion::kTls13 && tls.max_version == TlsVersion::kTls12) {
    return fail(Stage::kUsage, "--tls-min 1.3 is above --tls-max 1.2");
  }
  const DiagnosisOptions& diagnosis = options.diagnosis;
  if (diagnosis.quiet && diagnosis.trace != TraceLevel::kNone && diagnosis.trace_file.empty()) {
    const char* name = given.has("trace-hex") ? "--trace-hex"
                       : given.has("trace")   ? "--trace"
                                              : "--verbose";
    return fail(Stage::kUsage, std::string("--quiet and ") + name + " exclude each other",
                "--trace-file FILE puts the trace elsewhere");
  }
  return {};
}

}  // namespace

bool Given::has(std::string_view long_name) const {
  const OptionRow* row = find_long(long_name);
  return row != nullptr && has(*row);
}

bool exclude_each_other(std::string_view one, std::string_view other) {
  for (const Pair& pair : kExclusive) {
    if ((pair.first == one && pair.second == other) ||
        (pair.first == other && pair.second == one)) {
      return !one.empty();
    }
  }
  return false;
}

bool input_excludes(std::string_view format, std::string_view other) {
  if (other == "slash") return format != "line";
  return (other == "execute" || other == "interactive") && (format == "raw" || format == "whole");
}

bool lacks_partner(std::string_view long_name, const std::function<bool(std::string_view)>& given) {
  return std::any_of(std::begin(kNeeds), std::end(kNeeds), [&](const Need& need) {
    return need.option == long_name && !is_met(need, given);
  });
}

Result<void> check_rules(const Given& given, const Options& options) {
  if (auto checked = check_roles(given, options); !checked) return checked;
  if (auto checked = check_pairs(given, options); !checked) return checked;
  if (auto checked = check_input(given, options); !checked) return checked;
  return check_values(given, options);
}

Result<void> check_address(const Given& typed, const Options& options) {
  const bool addressed = !options.url.empty() || options.listen.enabled ||
                         !options.automation.script.empty() || !options.profile.profile.empty();
  if (addressed) return {};
  for (const OptionRow& row : option_table()) {
    const bool about_a_server = row.group == Group::kHandshake || row.group == Group::kNetwork ||
                                row.group == Group::kTls || row.long_name == "reconnect";
    if (!typed.has(row) || !about_a_server) continue;
    return fail(Stage::kUsage, row.name() + " needs a URL",
                "without one, wscope talks to an echo server of its own");
  }
  return {};
}

namespace {

/// Our own echo server is on the loopback interface, whatever defaults and environment say of the
/// way to others.
void go_straight(Options& options) {
  NetworkOptions& network = options.network;
  network.proxy = "";
  network.unix_socket.clear();
  network.connect_to.clear();
  network.resolve.clear();
  network.interface.clear();
  network.family = AddressFamily::kAny;
  options.tls.pin.clear();
}

}  // namespace

void settle(const Given& given, Options& options) {
  MessageOptions& messages = options.messages;
  if (given.has("null")) {
    messages.input = InputFormat::kNul;
    if (messages.output == OutputFormat::kAuto) messages.output = OutputFormat::kNul;
  }
  // Who says what is waited for, and how long the run may take, has said how long to wait.
  const bool bounded = given.has("timeout") && (given.has("count") || given.has("until"));
  if (bounded && !given.has("wait") && !options.listen.enabled) messages.wait = -1;
  const bool named = !options.profile.profile.empty();       // its profile may hold the URL
  const bool scripted = !options.automation.script.empty();  // it opens its connections itself
  options.listen.embedded = options.url.empty() && !options.listen.enabled && !named && !scripted;
  if (options.listen.embedded) go_straight(options);
}

}  // namespace wscope::cli
