#include "session/script_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/post.hpp>
#include <cstdlib>
#include <utility>

#include "base/ascii.h"
#include "base/http_field.h"
#include "input/file_message.h"
#include "session/run_outcome.h"
#include "ws/close_code.h"

namespace wscope::session {
namespace {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

/// "tests/" of "tests/chat.wscope"; nothing of "chat.wscope" and "-".
std::string folder_of(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? std::string() : file.substr(0, slash + 1);
}

/// A header of the script replaces those of its name on the command line, or takes them away.
void put_over(std::vector<std::string>& below, const std::vector<std::string>& headers) {
  for (const std::string& header : headers) {
    below.erase(std::remove_if(below.begin(), below.end(),
                               [name = header_name(header)](const std::string& one) {
                                 return equal_ignoring_case(header_name(one), name);
                               }),
                below.end());
  }
  below.insert(below.end(), headers.begin(), headers.end());
}

}  // namespace

ScriptSession::ScriptSession(asio::io_context& loop, const Options& options,
                             std::optional<net::Url> url, Clock& clock,
                             output::Presentation& presentation, const input::Script& script)
    : loop_(loop),
      options_(options),
      url_(std::move(url)),
      clock_(clock),
      presentation_(presentation),
      sink_(presentation.sink()),
      output_watch_(loop, presentation),
      total_deadline_(loop),
      wake_deadline_(loop),
      run_end_(loop, presentation, output_watch_),
      runner_(script, *this, environment, url_.has_value()),
      folder_(folder_of(script.file)),
      tls_(options.tls) {}

ScriptSession::~ScriptSession() = default;

void ScriptSession::start(Finished finished) {
  run_end_.set_finished(std::move(finished));
  if (options_.network.timeout) {
    total_deadline_.start(*options_.network.timeout, [this] { timed_out(); });
  }
  if (url_) open("", *url_, {});
  schedule();
}

void ScriptSession::open(const std::string& name, const net::Url& url,
                         const std::vector<std::string>& headers) {
  Options options = options_;
  put_over(options.handshake.headers, headers);
  auto& place = connections_[name];
  place = std::make_unique<ScriptConnection>(loop_, std::move(options), tls_, name, clock_, sink_,
                                             *this);
  place->open(url);
}

Result<void> ScriptSession::connect(const std::string& name, const std::string& url,
                                    const std::vector<std::string>& headers) {
  auto parsed = net::parse_url(url);
  if (!parsed) return fail(std::move(parsed.error()));
  const auto before = connections_.find(name);
  if (before != connections_.end() && before->second->alive()) {
    return fail(Stage::kUsage, "the connection is open already",
                "close and `expect close` come first, or another name");
  }
  if (runner_.took_end(name)) undelivered_.erase(name);
  open(name, *parsed, headers);
  return {};
}

template <class What>
std::optional<std::string> ScriptSession::say(const std::string& name, const What& what) {
  const auto found = connections_.find(name);
  if (found == connections_.end()) return "the connection is not open";
  if (auto why_not = found->second->why_not()) return why_not;
  what(*found->second);
  return std::nullopt;
}

std::optional<std::string> ScriptSession::send(const std::string& name, MessageType type,
                                               std::string_view data) {
  return say(name, [&](ScriptConnection& connection) { connection.send(type, data); });
}

std::optional<std::string> ScriptSession::ping(const std::string& name, std::string_view data) {
  return say(name, [&](ScriptConnection& connection) { connection.ping(data); });
}

std::optional<std::string> ScriptSession::pong(const std::string& name, std::string_view data) {
  return say(name, [&](ScriptConnection& connection) { connection.pong(data); });
}

std::optional<std::string> ScriptSession::close(const std::string& name, std::uint16_t code,
                                                std::string_view reason) {
  return say(name, [&](ScriptConnection& connection) { connection.close(code, reason); });
}

bool ScriptSession::has_room(const std::string& name) {
  const auto found = connections_.find(name);
  return found == connections_.end() || found->second->has_room();
}

std::size_t ScriptSession::unsent(const std::string& name) {
  const auto found = connections_.find(name);
  return found == connections_.end() ? 0 : found->second->unsent();
}

Result<std::string> ScriptSession::read_file(const std::string& path) {
  const bool anchored = !path.empty() && (path.front() == '/' || path.front() == '~');
  auto content = input::read_whole_file(anchored ? path : folder_ + path);
  if (!content) content.error().stage = Stage::kUsage;
  return content;
}

void ScriptSession::script_opened(ScriptConnection& connection) {
  runner_.connected(connection.name());
  schedule();
}

void ScriptSession::script_failed(ScriptConnection& connection, Error error) {
  runner_.failed(connection.name(), std::move(error));
  schedule();
}

void ScriptSession::script_event(ScriptConnection& connection, ScriptEvent event) {
  if (!closing_) runner_.event(connection.name(), std::move(event));
}

void ScriptSession::script_ended(ScriptConnection& connection, const Ending& ending) {
  totals_ += ending.totals;
  if (ending.undelivered > 0) {
    undelivered_[connection.name()] =
        Error{Stage::kConnection,
              fmt::format("{}; {} not delivered",
                          ending.error ? ending.error->message : "connection closed",
                          plural(ending.undelivered, "message")),
              {},
              {}};
  }
  schedule();
}

bool ScriptSession::script_may_read(const ScriptConnection& connection) {
  if (output_watch_.congested()) return false;
  return closing_ || !runner_.is_full(connection.name());
}

// The script goes on from the loop, never from within a connection's callback.
void ScriptSession::schedule() {
  if (scheduled_ || run_end_.begun()) return;
  scheduled_ = true;
  asio::post(loop_, [this] {
    scheduled_ = false;
    advance();
  });
}

void ScriptSession::advance() {
  if (run_end_.begun()) return;
  clock_.sample();
  if (!closing_) runner_.proceed(clock_.seconds());
  if (runner_.finished() && !closing_) close_all();
  for (auto& [name, connection] : connections_) connection->settle();
  flush();
  if (closing_) return finish_when_closed();
  const auto wake = runner_.wake_at();
  if (!wake) return wake_deadline_.cancel();
  wake_deadline_.start(std::max(0.0, *wake - clock_.seconds()), [this] { advance(); });
}

void ScriptSession::flush() {
  sink_.flush();
  if (output_watch_.wanted()) output_watch_.arm([this] { output_moved(); });
  if (output_watch_.clear_again()) asio::post(loop_, [this] { output_moved(); });
}

void ScriptSession::output_moved() {
  clock_.sample();
  if (run_end_.begun()) return drain();
  flush();
  for (auto& [name, connection] : connections_) connection->settle();
}

void ScriptSession::close_all() {
  closing_ = true;
  wake_deadline_.cancel();
  for (auto& [name, connection] : connections_) {
    if (!connection->why_not()) {
      connection->close(ws::kCloseNormal, {});
    }
    connection->cancel_opening();
  }
}

void ScriptSession::interrupt(ExitStatus status) {
  clock_.sample();
  const bool again = signal_.has_value();
  if (!again) signal_ = status;
  runner_.abandon(clock_.seconds(), "interrupted");
  if (run_end_.begun()) return run_end_.cut_short(status);  // only readers are still waited for
  if (!closing_) close_all();
  // A server's Close would stand behind what nobody takes.
  const bool stuck = output_watch_.congested();
  for (auto& [name, connection] : connections_) {
    connection->cancel_opening();
    if (stuck) connection->close_within(output::OutputStream::kLastPatience);
    if (again) connection->abort();
    connection->settle();
  }
  schedule();
}

void ScriptSession::timed_out() {
  clock_.sample();
  timed_out_ = true;
  Error error = out_of_time("the script", *options_.network.timeout);
  if (run_end_.begun()) return run_end_.cut_short(fail(std::move(error)));
  runner_.abandon(clock_.seconds(), error.message);
  failure_ = std::move(error);
  if (!closing_) close_all();
  for (auto& [name, connection] : connections_) {
    connection->cancel_opening();
    connection->abort();
  }
  schedule();
}

void ScriptSession::finish_when_closed() {
  const bool any = std::any_of(connections_.begin(), connections_.end(),
                               [](const auto& one) { return one.second->alive(); });
  if (!any) finish();
}

void ScriptSession::finish() {
  if (run_end_.begun()) return;
  // Who expects a connection's end knows that it took no more.
  for (auto& [name, error] : undelivered_) {
    if (!failure_ && !runner_.took_end(name)) failure_ = std::move(error);
  }
  if (runner_.failure()) failure_ = runner_.failure();
  if (signal_) failure_.reset();
  sink_.on_connection({});
  Result<ExitStatus> outcome = signal_.value_or(ExitStatus::kOk);
  if (failure_) outcome = fail(*failure_);
  run_end_.begin(std::move(outcome), totals_);
  if (signal_ || timed_out_) run_end_.hurry();
  drain();
}

// What was received reaches stdout before we leave, however slowly it is read; signals and
// --timeout still work.
void ScriptSession::drain() {
  flush();
  run_end_.settle();
}

}  // namespace wscope::session
