#include "session/dialect_talk.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "base/json_parts.h"
#include "base/json_scanner.h"
#include "base/mask_credentials.h"

namespace wscope::session {
namespace {

// Seconds until the next look while nothing is read.
constexpr double kLookAgain = 1;

dialect::Setting setting_of(const Options& options, const net::Url& url, bool interactive) {
  dialect::Setting setting;
  setting.name_space = options.dialect.socketio_namespace;
  setting.socketio_auth = options.dialect.socketio_auth;
  setting.graphql_init = options.dialect.graphql_init;
  setting.stomp_headers = options.dialect.stomp_headers;
  setting.latency = interactive;
  setting.heart_beat = options.liveness.heartbeat_interval;
  if (options.handshake.auth) {
    const auto& auth = *options.handshake.auth;
    const auto colon = auth.find(':');
    setting.login = auth.substr(0, colon);
    if (colon != std::string::npos) setting.passcode = auth.substr(colon + 1);
  } else if (url.user) {
    setting.login = *url.user;
    setting.passcode = url.password;
  }
  return setting;
}

/// As the handshake does, of what it says. An object for --graphql-init or --socketio-auth has
/// hardly anything else in it.
void leave_credentials(dialect::Setting& setting) {
  setting.login.clear();
  setting.passcode.clear();
  setting.socketio_auth.clear();
  setting.graphql_init.clear();
  auto& headers = setting.stomp_headers;
  const auto secret = [](const auto& header) {
    return header.first == "login" || header.first == "passcode" ||
           carries_credentials(header.first);
  };
  headers.erase(std::remove_if(headers.begin(), headers.end(), secret), headers.end());
}

}  // namespace

DialectTalk::DialectTalk(asio::io_context& loop, const Options& options, const net::Url& url,
                         bool interactive, DialectOwner& owner)
    : options_(options),
      owner_(owner),
      setting_(setting_of(options, url, interactive)),
      ready_deadline_(loop),
      tick_deadline_(loop) {}

Result<void> DialectTalk::check(const Options& options) {
  const std::string& auth = options.dialect.socketio_auth;
  if (!auth.empty() && !is_json(auth)) {
    return fail(Stage::kUsage, "--socketio-auth: its value is no JSON",
                R"(for example '{"token":"secret"}')");
  }
  const std::string& init = options.dialect.graphql_init;
  if (!init.empty() && !json_members(init)) {
    return fail(Stage::kUsage, "--graphql-init: its value is no JSON object",
                R"(for example '{"Authorization":"Bearer secret"}')");
  }
  return {};
}

void DialectTalk::opened(double now, const Place& place, std::deque<Outbox::Item> unsent) {
  dialect::Setting setting = setting_;
  setting.host = place.host;
  if (!place.home) leave_credentials(setting);
  dialect_ = dialect::make_dialect(options_.dialect.kind, std::move(setting));
  was_ready_ = false;
  held_.insert(held_.begin(), std::make_move_iterator(unsent.begin()),
               std::make_move_iterator(unsent.end()));
  if (!dialect_->ready()) {
    ready_deadline_.start(options_.network.connect_timeout, [this] { out_of_time(); });
  }
  perform(dialect_->opened());
  became_ready(now);
  watch_time(now);
}

void DialectTalk::became_ready(double now) {
  if (was_ready_ || !ready()) return;
  was_ready_ = true;
  ready_deadline_.cancel();
  if (options_.liveness.reconnect) {
    // -x messages subscribe and log in: they are said on each connection, before the rest.
    for (const auto& text : options_.messages.execute) {
      perform(dialect_->typed(MessageType::kText, text, now));
    }
  }
  for (const auto& item : std::exchange(held_, {})) say(item.type, item.data, now);
  owner_.dialect_ready();
}

void DialectTalk::out_of_time() {
  owner_.dialect_failed({Stage::kTimeout,
                         fmt::format("out of time: the server {} within {:g} s",
                                     dialect_->overdue(), options_.network.connect_timeout),
                         "--connect-timeout waits longer",
                         {}},
                        0);
}

void DialectTalk::typed(MessageType type, std::string_view data, double now) {
  if (!ready()) {
    held_.push_back({type, std::string(data)});
    return;
  }
  say(type, data, now);
}

void DialectTalk::say(MessageType type, std::string_view data, double now) {
  const auto steps = dialect_->typed(type, data, now);
  const bool says = std::any_of(steps.begin(), steps.end(), [](const dialect::Step& step) {
    return step.kind == dialect::Step::Kind::kSend;
  });
  perform(steps);
  if (says) owner_.dialect_said(type, data);
}

void DialectTalk::command(std::string_view line, double now) {
  if (!ready()) {
    return owner_.dialect_refused(
        {Stage::kInput, "not ready yet: /" + std::string(line) + " is not sent", {}, {}});
  }
  perform(dialect_->command(line, now));
}

void DialectTalk::received(MessageType type, std::string_view data, double now) {
  dialect::Steps steps = dialect_->received(type, data, now);
  while (!steps.empty()) {
    perform(steps);
    steps = dialect_ ? dialect_->go_on() : dialect::Steps();
  }
  became_ready(now);
  watch_time(now);
}

// What is received moves the time away most of the time; the timer stays and looks again when it
// expires, so that a flood of messages moves no timer.
void DialectTalk::watch_time(double now) {
  const auto due = dialect_ ? dialect_->due() : std::nullopt;
  if (!due) return tick_deadline_.cancel();
  if (tick_deadline_.running() && tick_at_ <= *due) return;
  tick_at_ = *due;
  tick_deadline_.start(std::max(*due - now, 0.0), [this] { tick(); });
}

void DialectTalk::tick() {
  const double now = owner_.dialect_now();
  if (!owner_.dialect_hears()) {
    tick_at_ = now + kLookAgain;
    return tick_deadline_.start(kLookAgain, [this] { tick(); });
  }
  if (const auto part = owner_.dialect_part_came()) dialect_->part_came(*part);
  perform(dialect_->tick(now));
  watch_time(now);
  owner_.dialect_ticked();
}

void DialectTalk::leaving() {
  if (dialect_) perform(dialect_->leaving());
}

std::size_t DialectTalk::ended() {
  ready_deadline_.cancel();
  tick_deadline_.cancel();
  login_hint_ = dialect_ && !was_ready_ ? dialect_->login_hint() : std::string_view();
  unfinished_ = dialect_ ? dialect_->unfinished() : std::string();
  dialect_.reset();
  if (options_.liveness.reconnect) return 0;
  return std::exchange(held_, {}).size();
}

void DialectTalk::perform(const dialect::Steps& steps) {
  using Kind = dialect::Step::Kind;
  for (const auto& step : steps) {
    switch (step.kind) {
      case Kind::kSend:
        owner_.dialect_send(step.type, step.data, step.masked);
        break;
      case Kind::kShow:
        owner_.dialect_show(step.data);
        break;
      case Kind::kNotice:
        owner_.dialect_notice(step.data);
        break;
      case Kind::kRefuse:
        owner_.dialect_refused(step.error);
        break;
      case Kind::kFail:
        return owner_.dialect_failed(step.error, step.close_code);
      case Kind::kLost:
        return owner_.dialect_lost(step.error);
      case Kind::kEnd:
        return owner_.dialect_ended();
    }
  }
}

Options options_for_dialect(Options options) {
  const auto subprotocol = dialect::subprotocol_of(options.dialect.kind);
  if (!subprotocol.empty() && options.handshake.subprotocols.empty()) {
    options.handshake.subprotocols.emplace_back(subprotocol);
  }
  return options;
}

net::Url url_for_dialect(const Options& options, net::Url url) {
  url.resource = dialect::resource_for(options.dialect.kind, url.resource);
  return url;
}

}  // namespace wscope::session
