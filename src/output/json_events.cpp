#include "output/json_events.h"

#include <fmt/format.h>

#include <iterator>

#include "base/byte_text.h"
#include "base/close_code.h"
#include "output/json_string.h"

namespace wscope::output {
namespace {

constexpr std::size_t kKeptCapacity = std::size_t{64} << 10;

std::string_view stage_name(Stage stage) {
  switch (stage) {
    case Stage::kInternal:
      return "internal";
    case Stage::kInput:
      return "input";
    case Stage::kOutput:
      return "output";
    case Stage::kUsage:
      return "usage";
    case Stage::kResolve:
      return "resolve";
    case Stage::kConnect:
      return "connect";
    case Stage::kProxy:
      return "proxy";
    case Stage::kTls:
      return "tls";
    case Stage::kHandshake:
      return "handshake";
    case Stage::kConnection:
      return "connection";
    case Stage::kTimeout:
      return "timeout";
    case Stage::kExpectation:
      return "expectation";
    case Stage::kInterrupted:
      return "interrupted";
    case Stage::kTerminated:
      return "terminated";
  }
  return "internal";
}

}  // namespace

void JsonEvents::on_resolved(const Resolved& resolved) {
  begin("resolve");
  field("host", resolved.host);
  field_if("typed", resolved.display_host);
  line_ += ",\"addresses\":[";
  for (std::size_t i = 0; i < resolved.addresses.size(); ++i) {
    line_ += i == 0 ? "\"" : ",\"";
    append_json_string(line_, resolved.addresses[i]);
    line_ += '"';
  }
  line_ += ']';
  field_if("error", resolved.error);
  number("seconds", resolved.seconds);
  end();
}

void JsonEvents::on_connect_attempt(const ConnectAttempt& attempt) {
  begin("connect");
  field("address", attempt.address);
  field_if("error", attempt.error);
  number("seconds", attempt.seconds);
  end();
}

void JsonEvents::on_proxy_step(const ProxyStep& step) {
  begin("proxy");
  field("text", step.text);
  number("seconds", step.seconds);
  end();
}

void JsonEvents::on_tls(const TlsEstablished& tls) {
  begin("tls");
  field("version", tls.version);
  field("cipher", tls.cipher);
  field_if("alpn", tls.alpn);
  field("subject", tls.subject);
  field("issuer", tls.issuer);
  field("not_before", tls.not_before);
  field("not_after", tls.not_after);
  flag("verified", tls.verified);
  field_if("verify_note", tls.verify_note);
  number("seconds", tls.seconds);
  end();
}

void JsonEvents::on_request(const RequestSent& request) {
  begin("request");
  head(request.head);
  end();
}

void JsonEvents::on_response(const ResponseReceived& response) {
  begin("response");
  head(response.head);
  number("seconds", response.seconds);
  end();
}

void JsonEvents::on_redirected(const Redirected& redirected) {
  begin("redirect");
  number("status", static_cast<std::uint64_t>(redirected.status));
  field("url", redirected.to);
  field_if("note", redirected.note);
  end();
}

void JsonEvents::on_opened(const Opened& opened) {
  begin("open", opened.client);
  field("url", opened.url);
  field("subprotocol", opened.subprotocol);
  field("extensions", opened.extensions);
  field("local_address", opened.local_address);
  field("peer_address", opened.peer_address);
  end();
}

void JsonEvents::on_message(const Message& message) {
  const bool text = message.type == MessageType::kText;
  begin("message", message.client);
  direction("dir", message.direction);
  line_ += text ? R"(,"type":"text")" : R"(,"type":"binary")";
  payload(message.data, text);
  end();
}

void JsonEvents::control(std::string_view event, const Control& control) {
  begin(event, control.client);
  direction("dir", control.direction);
  payload(control.data, true);
  if (control.round_trip) number("round_trip", *control.round_trip);
  end();
}

void JsonEvents::on_closed(const Closed& closed) {
  begin("close", closed.client);
  if (closed.first) direction("first", *closed.first);
  if (closed.code) {
    number("code", std::uint64_t{*closed.code});
    field("name", close_code_name(*closed.code));
  }
  field("reason", closed.reason);
  flag("clean", closed.clean);
  end();
}

void JsonEvents::on_error(const Error& error) {
  begin("error");
  field("stage", stage_name(error.stage));
  field("message", error.message);
  field_if("hint", error.hint);
  field_if("detail", error.detail);
  end();
}

void JsonEvents::on_end(ExitStatus status, const Totals& totals) {
  begin("end");
  number("status", static_cast<std::uint64_t>(status));
  this->totals(totals);
  end();
}

void JsonEvents::on_timings(const Timings& timings) {
  begin("timing");
  number("resolve", timings.resolve);
  number("connect", timings.connect);
  number("proxy", timings.proxy);
  number("tls", timings.tls);
  number("upgrade", timings.upgrade);
  number("first_message", timings.first_message);
  number("total", timings.total);
  const Totals& sums = timings.totals;
  totals(sums);
  const auto ratio = [](std::uint64_t compressed, std::uint64_t plain) -> std::optional<double> {
    if (plain == 0) return std::nullopt;
    return static_cast<double>(compressed) / static_cast<double>(plain);
  };
  number("ratio_sent", ratio(sums.compressed_out, sums.deflated));
  number("ratio_received", ratio(sums.compressed_in, sums.inflated));
  if (timings.pongs > 0) {
    number("pongs", timings.pongs);
    number("ping_min", timings.ping_min);
    number("ping_average", timings.ping_average);
    number("ping_max", timings.ping_max);
  }
  end();
}

void JsonEvents::totals(const Totals& totals) {
  number("messages_sent", totals.messages_sent);
  number("messages_received", totals.messages_received);
  number("bytes_sent", totals.bytes_sent);
  number("bytes_received", totals.bytes_received);
  number("wire_sent", totals.wire_sent);
  number("wire_received", totals.wire_received);
}

void JsonEvents::begin(std::string_view event, std::size_t client) {
  // All that happens in one wake has one time (base/clock.h): its text is made once.
  if (clock_.now() != stamped_) {
    stamped_ = clock_.now();
    times_.clear();
    fmt::format_to(std::back_inserter(times_), R"({{"t":{:.6f},"time":")", clock_.seconds());
    utc_.append(times_, clock_.wall());
    times_ += R"(","event":")";
  }
  line_.append(times_).append(event).append("\"");
  if (client != 0) {
    number("client", std::uint64_t{client});
  } else {
    field_if("connection", connection_);
  }
}

void JsonEvents::field(std::string_view name, std::string_view text) {
  line_.append(",\"").append(name).append("\":\"");
  append_json_string(line_, text);
  line_ += '"';
}

void JsonEvents::field_if(std::string_view name, std::string_view text) {
  if (!text.empty()) field(name, text);
}

void JsonEvents::number(std::string_view name, double seconds) {
  fmt::format_to(std::back_inserter(line_), R"(,"{}":{:.6f})", name, seconds);
}

void JsonEvents::number(std::string_view name, std::uint64_t value) {
  fmt::format_to(std::back_inserter(line_), R"(,"{}":{})", name, value);
}

void JsonEvents::number(std::string_view name, std::optional<double> seconds) {
  if (seconds) number(name, *seconds);
}

void JsonEvents::flag(std::string_view name, bool value) {
  line_.append(",\"").append(name).append(value ? "\":true" : "\":false");
}

void JsonEvents::direction(std::string_view name, Direction direction) {
  line_.append(",\"").append(name);
  line_.append(direction == Direction::kSent ? R"(":"send")" : R"(":"recv")");
}

void JsonEvents::payload(std::string_view bytes, bool text) {
  if (text) {
    const std::size_t before = line_.size();
    line_ += R"(,"data":")";
    if (append_json_string_exactly(line_, bytes)) {
      line_ += '"';
      return;
    }
    line_.resize(before);
  }
  line_ += R"(,"base64":")";
  append_base64(line_, bytes);
  line_ += '"';
}

void JsonEvents::head(std::string_view head) {
  field("head", secrets_ ? std::string(head) : masked(head));
}

void JsonEvents::end() {
  line_ += "}\n";
  out_.put(line_);
  line_.clear();
  if (line_.capacity() > kKeptCapacity) line_.shrink_to_fit();
}

}  // namespace wscope::output
