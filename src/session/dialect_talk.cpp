#include "session/dialect_talk.h"

#include <fmt/format.h>

namespace wscope::session {
namespace {

dialect::Setting setting_of(const Options& options, const net::Url& url, bool interactive) {
  dialect::Setting setting;
  setting.host = url.host;
  setting.name_space = options.dialect.socketio_namespace;
  setting.socketio_auth = options.dialect.socketio_auth;
  setting.latency = interactive;
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

}  // namespace

DialectTalk::DialectTalk(asio::io_context& loop, const Options& options, const net::Url& url,
                         bool interactive, DialectOwner& owner)
    : options_(options),
      owner_(owner),
      setting_(setting_of(options, url, interactive)),
      ready_deadline_(loop) {}

void DialectTalk::opened(double now) {
  dialect_ = dialect::make_dialect(options_.dialect.kind, setting_);
  was_ready_ = false;
  if (options_.liveness.reconnect) {
    // -x messages subscribe and log in: they are said on each connection, before the rest.
    std::vector<std::pair<MessageType, std::string>> again;
    for (const auto& text : options_.messages.execute) again.emplace_back(MessageType::kText, text);
    held_ = std::move(again);
  }
  if (!dialect_->ready()) {
    ready_deadline_.start(options_.network.connect_timeout, [this] { out_of_time(); });
  }
  perform(dialect_->opened());
  became_ready(now);
}

void DialectTalk::became_ready(double now) {
  if (was_ready_ || !ready()) return;
  was_ready_ = true;
  ready_deadline_.cancel();
  auto held = std::move(held_);
  held_.clear();
  for (const auto& [type, data] : held) typed(type, data, now);
  owner_.dialect_ready();
}

void DialectTalk::out_of_time() {
  owner_.dialect_failed({Stage::kTimeout,
                         fmt::format("out of time: the server did not begin to speak {} within "
                                     "{:g} s",
                                     dialect_->name(), options_.network.connect_timeout),
                         "--connect-timeout waits longer",
                         {}});
}

void DialectTalk::typed(MessageType type, std::string_view data, double now) {
  if (!ready()) {
    held_.emplace_back(type, data);
    return;
  }
  perform(dialect_->typed(type, data, now));
}

void DialectTalk::command(std::string_view line, double now) {
  if (!ready()) {
    return owner_.dialect_refused(
        {Stage::kInput, "not ready yet: /" + std::string(line) + " is not sent", {}, {}});
  }
  perform(dialect_->command(line, now));
}

void DialectTalk::received(MessageType type, std::string_view data, double now) {
  perform(dialect_->received(type, data, now));
  became_ready(now);
}

void DialectTalk::leaving() {
  if (dialect_) perform(dialect_->leaving());
}

void DialectTalk::ended() {
  ready_deadline_.cancel();
  dialect_.reset();
  held_.clear();
}

void DialectTalk::perform(dialect::Steps steps) {
  using Kind = dialect::Step::Kind;
  for (const auto& step : steps) {
    switch (step.kind) {
      case Kind::kSend:
        owner_.dialect_send(step.type, step.data);
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
        return owner_.dialect_failed(step.error);
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
