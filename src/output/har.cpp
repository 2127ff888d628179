#include "output/har.h"

#include <utility>

#include "base/cause.h"
#include "output/line_file.h"

namespace wscope::output {

namespace {

bool is_of_connection(Stage stage) {
  switch (stage) {
    case Stage::kResolve:
    case Stage::kConnect:
    case Stage::kProxy:
    case Stage::kTls:
    case Stage::kHandshake:
    case Stage::kConnection:
    case Stage::kTimeout:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<std::unique_ptr<Har>> Har::open(const std::string& path, const Clock& clock, bool secrets) {
  auto file = WholeFile::open(path);
  if (!file) return fail(std::move(file.error()));
  return std::unique_ptr<Har>(new Har(std::move(*file), clock, secrets));
}

Har::Har(std::unique_ptr<WholeFile> file, const Clock& clock, bool secrets)
    : file_(std::move(file)), clock_(clock), secrets_(secrets) {
  file_->stream().put(
      R"({"log":{"version":"1.2","creator":{"name":"wscope","version":")" WSCOPE_VERSION
      R"("},"pages":[],"entries":[)");
}

void Har::on_connection(std::string_view name) {
  if (name == name_ && now_ != nullptr) return;
  name_ = name;
  const auto found = live_.find(name);
  now_ = found == live_.end() ? nullptr : found->second.get();
}

void Har::on_destination(const Destination& destination) {
  if (complete_) return;
  auto& place = live_[name_];
  if (place) write(*place);
  place = std::make_unique<Live>(file_->scratch());
  now_ = last_ = place.get();
  now_->began = clock_.seconds();
  now_->entry.started = clock_.wall();
  now_->entry.url = destination.url;
}

/// Until something else is known, the entry lasts until what happened last.
void Har::touch() {
  if (now_ != nullptr && !now_->ended) now_->entry.ended = since(*now_);
}

void Har::on_resolved(const Resolved& resolved) {
  touch();
  if (now_ != nullptr) now_->entry.resolve = resolved.seconds;
}

void Har::on_connect_attempt(const ConnectAttempt& attempt) {
  touch();
  if (now_ != nullptr && attempt.error.empty()) now_->entry.server_address = attempt.address;
}

void Har::on_proxy_step(const ProxyStep& step) {
  touch();
  if (now_ != nullptr) now_->entry.proxy = now_->entry.proxy.value_or(0) + step.seconds;
}

void Har::on_tls(const TlsEstablished& tls) {
  touch();
  if (now_ != nullptr) now_->entry.tls = tls;
}

void Har::on_request(const RequestSent& request) {
  touch();
  if (now_ == nullptr) return;
  now_->entry.request_head = request.head;
  now_->entry.requested = since(*now_);
}

void Har::on_response(const ResponseReceived& response) {
  touch();
  if (now_ == nullptr) return;
  now_->entry.response_head = response.head;
  now_->entry.responded = since(*now_);
  now_->entry.wait = response.seconds;
}

void Har::on_opened(const Opened& opened) {
  touch();
  if (now_ == nullptr) return;
  now_->entry.local_address = opened.local_address;
  now_->opened = true;
}

void Har::on_message(const Message& message) {
  if (now_ == nullptr) return;
  touch();
  text_ = now_->messages.empty() ? "" : ",";
  append_har_message(text_, message, clock_.wall());
  now_->messages.put(text_);
}

void Har::on_closed(const Closed& closed) {
  touch();
  if (now_ == nullptr) return;
  now_->ended = true;
  now_->entry.close = HarEntry::Close{closed.first, closed.code, std::string(closed.reason)};
}

void Har::failed(const Error& error) {
  touch();
  if (!is_of_connection(error.stage)) return;
  if (now_ != nullptr) {
    now_->entry.error = error.message;
  } else if (last_ != nullptr && !last_->ended && last_->entry.error.empty()) {
    // The failure of a script comes without a name: that of the connection that did not open. One
    // that was open has told its own.
    last_->entry.error = error.message;
  }
}

void Har::write(Live& live) {
  if (live.opened && !live.ended && live.entry.error.empty()) {
    live.entry.error = "the connection ended without a Close";
  }
  OutputStream& out = file_->stream();
  out.put(any_ ? ",\n" : "\n");
  any_ = true;
  out.put(live.entry.before(secrets_));
  live.messages.copy_to(out);
  out.put(HarEntry::kAfter);
  out.flush();
  if (!spool_error_) spool_error_ = live.messages.error();
}

/// What happened after the end is no part of the run.
void Har::complete() {
  if (std::exchange(complete_, true)) return;
  for (auto& [name, live] : live_) write(*live);
  live_.clear();
  now_ = last_ = nullptr;
  file_->stream().put("\n]}}\n");
  file_->stream().flush();
}

Result<void> Har::finish(std::optional<double> patience) {
  complete();
  if (spool_error_) {
    return fail(Stage::kOutput,
                "can't keep messages for " + file_->path() + ": " + cause_of(spool_error_));
  }
  return file_->finish(patience);
}

}  // namespace wscope::output
