#include "session/listen_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <asio/dispatch.hpp>
#include <asio/post.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "base/http_field.h"
#include "output/whole_file.h"
#include "session/admission.h"
#include "session/run_outcome.h"
#include "ws/close_code.h"

namespace wscope::session {
namespace {

constexpr int kActionsPerTurn = 4096;
// A client with more than this waiting for it, one message not counted, does not read. A crowd of
// them shares the memory that is for all, down to a least.
constexpr std::size_t kMostQueued = std::size_t{4} << 20;
constexpr std::size_t kMostQueuedInAll = std::size_t{256} << 20;
constexpr std::size_t kLeastQueued = std::size_t{256} << 10;

/// The port file appears whole or not at all, so that who waits for it can read it at once; what is
/// no regular file is written into.
Result<void> write_port_file(const std::string& path, const std::string& text) {
  // A port is no secret; whoever starts the server may be another user than who looks for it.
  auto file = output::WholeFile::open(path, 0644);
  if (!file) return fail(Stage::kUsage, "--port-file: " + file.error().message);
  (*file)->stream().put(text);
  if (auto finished = (*file)->finish(); !finished) {
    return fail(Stage::kOutput, "--port-file: " + finished.error().message);
  }
  return {};
}

Error server_ends() { return {Stage::kConnection, "the server ends", {}, {}}; }

}  // namespace

ListenSession::ListenSession(asio::io_context& loop, const Options& options, Clock& clock,
                             output::Presentation* presentation, ActionSource* source)
    : loop_(loop),
      options_(options),
      clock_(clock),
      presentation_(presentation),
      source_(source),
      events_(presentation ? &presentation->sink() : nullptr),
      reader_watch_(loop),
      end_(loop) {
  if (!presentation_) return;
  output_watch_ = std::make_unique<PresentationWatch>(loop, *presentation_);
  run_end_ = std::make_unique<RunEnd>(loop, *presentation_, *output_watch_);
  if (!options.automation.exec.empty()) {
    commands_ = std::make_unique<CommandRoom>(loop, options, clock, *this);
  }
  tells_sent_ =
      !options.automation.record.empty() || options.messages.output == OutputFormat::kJson;
}

ListenSession::~ListenSession() = default;

Result<void> ListenSession::open(const std::string& address) {
  if (options_.handshake.deflate) {
    auto accepted = ws::parse_deflate_option(options_.handshake.deflate_parameters);
    if (!accepted) return fail(std::move(accepted.error()));
    deflate_ = *accepted;
  }
  auto acceptor =
      net::Acceptor::open(loop_, address, options_.tls, options_.network.connect_timeout);
  if (!acceptor) return fail(std::move(acceptor.error()));
  acceptor_ = std::move(*acceptor);
  if (!presentation_ || options_.listen.port_file.empty()) return {};
  return write_port_file(options_.listen.port_file, fmt::format("{}\n", acceptor_->port()));
}

std::string ListenSession::url() const {
  const std::string address = acceptor_->local_address();
  if (address.rfind("unix:", 0) == 0) {
    return fmt::format("{}+{}:/", acceptor_->secure() ? "wss" : "ws", address);
  }
  return fmt::format("{}://{}/", acceptor_->secure() ? "wss" : "ws", address);
}

std::string ListenSession::url_of(const ServedClient& client) const {
  std::string whole = url();
  if (!client.target().empty() && client.target().front() == '/') {
    whole.pop_back();
    whole += client.target();
  }
  return whole;
}

void ListenSession::start(Finished finished) {
  if (run_end_) {
    run_end_->set_finished([this, finished = std::move(finished)](Result<ExitStatus> outcome) {
      end_.stop();
      finished(std::move(outcome));
    });
  }
  events_.notice(fmt::format("listening on {}", url()));
  if (source_ && source_->interactive()) events_.notice("what is typed waits for the first client");
  acceptor_->start([this](std::unique_ptr<net::Stream> stream) { accepted(std::move(stream)); },
                   [this](Error error) { events_.notice(error.message); });
  if (source_) source_->start([this] { asio::dispatch(loop_, [this] { pull(); }); });
  if (presentation_) {
    reader_watch_.start(presentation_->out().poll_fd(), [this] { reader_left(); });
  }
  end_.start(url(), [this](Error error) { hurry(fail(std::move(error)), 0); });
}

void ListenSession::accepted(std::unique_ptr<net::Stream> stream) {
  if (end_.begun()) return;
  ws::EngineSettings settings;
  settings.max_message_size = options_.messages.max_size;
  settings.answer_pings = options_.liveness.send_pong;
  settings.server_deflate = deflate_;
  const std::size_t number = ++last_number_;
  auto client =
      std::make_unique<ServedClient>(loop_, std::move(stream), number, settings, options_, *this);
  ServedClient& served = *client;
  clients_.emplace(number, std::move(client));
  served.start();
}

ws::ServerReply ListenSession::client_request(ServedClient& client,
                                              const ws::ServerRequest& request) {
  events_.head(client, Direction::kReceived, request.head);
  ws::ServerReply reply = answer(client, request);
  if (reply.status == 101) {
    reply.headers = response_fields_;
  } else {
    // RFC 9110 6.6.1: who answers and has a clock tells the time; a 101 may leave it out.
    reply.headers.emplace_back("Date", http_date(clock_.wall()));
  }
  return reply;
}

ws::ServerReply ListenSession::answer(ServedClient& client, const ws::ServerRequest& request) {
  if (presentation_) {
    auto refusal =
        end_.takes_no_more() ? full_house() : refuse_client(options_, request, places_taken());
    if (refusal) {
      if (refusal->status >= 400) {
        events_.notice(fmt::format("client {} from {} refused: {} {} got {}", client.number(),
                                   client.peer(), request.method, request.target, refusal->status));
      }
      return *refusal;
    }
  }
  ws::ServerReply reply;
  if (replay_) {
    reply.subprotocol = replay_->subprotocol(request.subprotocols);
    return reply;
  }
  const auto& ours = options_.handshake.subprotocols;
  for (const auto& wanted : request.subprotocols) {
    if (std::find(ours.begin(), ours.end(), wanted) != ours.end()) {
      reply.subprotocol = wanted;
      break;
    }
  }
  if (presentation_ && reply.subprotocol.empty() && !request.subprotocols.empty()) {
    events_.notice(fmt::format("client {} asked for subprotocol {} and gets none (-s)",
                               client.number(), fmt::join(request.subprotocols, ", ")));
  }
  if (commands_) {
    if (auto prepared = prepare_command(client, request, reply); !prepared) {
      events_.notice(
          fmt::format("client {} refused: {}", client.number(), prepared.error().message));
      return full_house();
    }
  }
  return reply;
}

Result<void> ListenSession::prepare_command(ServedClient& client, const ws::ServerRequest& request,
                                            const ws::ServerReply& reply) {
  const std::string asked_for = url_of(client);
  const std::string local = client.connection().stream().local_address();
  const ServedFacts facts{client.number(), asked_for, reply.subprotocol, local, client.peer()};
  return commands_->prepare(client, environment_of(facts, request));
}

void ListenSession::client_opened(ServedClient& client) {
  events_.notice(fmt::format("client {} connected from {}", client.number(), client.peer()));
  end_.client_opened();
  if (end_.takes_no_more()) acceptor_->stop();
  if (presentation_) {
    const std::string head(client.connection().response_head());
    events_.head(client, Direction::kSent, head);
    events_.opened(client, url_of(client), head);
    EventSink& sink = presentation_->sink();
    // /trace on may come at any time: the taps must know where frames begin.
    const bool any_time = source_->interactive() || options_.messages.slash;
    if (sink.frame_preview() > 0 || any_time) client.show_frames(sink);
  }
  if (replay_) replay_->client_opened(client);
  if (commands_) commands_->start(client);
  if (source_) asio::post(loop_, [this] { pull(); });
}

void ListenSession::client_message(ServedClient& client, MessageType type, std::string_view data) {
  if (end_.reached()) return;
  heard_ = true;
  if (commands_) commands_->message(client, type, data);
  events_.message(client, Direction::kReceived, type, data);
  if (replay_) replay_->client_message(client, type, data);
  if (options_.messages.echo || !presentation_) {
    if (client.connection().send(type, data)) tell_sent(client, type, data);
  }
  if (options_.listen.broadcast != ListenOptions::Broadcast::kNone) pass_on(client, type, data);
  // The last message is answered and passed on, too: who waits for its echo gets it.
  if (end_.message(data)) shut_down(ExitStatus::kOk);
}

void ListenSession::pass_on(ServedClient& sender, MessageType type, std::string_view data) {
  for (auto& [number, other] : clients_) {
    const bool own = number == sender.number();
    if (!own) {
      give(*other, type, data);
      to_settle_.insert(number);
    } else if (options_.listen.broadcast == ListenOptions::Broadcast::kAll) {
      // What it says itself is held against nobody: it is read from at the pace it reads at,
      // unless what it says inflates to as much as is for all.
      if (sender.backlog() > kMostQueuedInAll && !reads(sender)) continue;
      if (sender.give(type, data)) tell_sent(sender, type, data);
    }
  }
}

// Everybody's pace is the fastest reader's; who falls far behind is let go, so that it can neither
// slow the others nor make the server grow.
void ListenSession::give(ServedClient& client, MessageType type, std::string_view data) {
  if (!client.connection().open()) return;
  if (reads(client) && client.give(type, data)) tell_sent(client, type, data);
}

/// False: it does not, and was dropped.
bool ListenSession::reads(ServedClient& client) {
  auto& connection = client.connection();
  const std::size_t most =
      std::clamp(kMostQueuedInAll / clients_.size(), kLeastQueued, kMostQueued);
  // What this turn gathered is not held against who reads: the socket is asked first.
  if (client.backlog() > most) connection.settle();
  if (client.backlog() <= most) return true;
  events_.notice(fmt::format("client {} does not read: dropped", client.number()));
  connection.abort({Stage::kConnection, "client does not read", {}, {}});
  return false;
}

// Only where somebody keeps account of both directions; else an echo would pay for nothing.
void ListenSession::tell_sent(ServedClient& client, MessageType type, std::string_view data) {
  if (tells_sent_ || client.frames() != nullptr) {
    events_.message(client, Direction::kSent, type, data);
  }
}

void ListenSession::settle_all() {
  for (const std::size_t number : std::exchange(to_settle_, {})) {
    const auto found = clients_.find(number);
    if (found != clients_.end()) found->second->connection().settle();
  }
}

void ListenSession::client_rests(ServedClient& client) {
  if (commands_) commands_->flush(client);
  settle_all();
  flush();
}

void ListenSession::client_has_room(ServedClient& client) {
  if (replay_) replay_->client_has_room(client);
  client.connection().settle();
  if (commands_) commands_->pull(client);
  if (source_) pull();
  flush();
}

bool ListenSession::client_may_read(const ServedClient& client) const {
  if (output_watch_ && output_watch_->congested()) return false;
  if (source_ && source_->congested()) return false;
  if (commands_) return commands_->may_read(client);
  // Who gets what it says waits for itself; who does not must not wait for what others say.
  return options_.listen.broadcast == ListenOptions::Broadcast::kOthers ||
         client.connection().may_be_answered();
}

void ListenSession::client_ended(ServedClient& client, Ending ending) {
  clock_.sample();
  if (client.was_open()) events_.closed(client, ending);
  const std::string how = ending.error         ? ending.error->message
                          : ending.closed.code ? fmt::format("{}", *ending.closed.code)
                                               : std::string("no code");
  const bool was_the_one = client.was_open() && end_.takes_no_more();
  if (client.was_open()) {
    // Of the one, the run's error tells.
    if (!was_the_one || !ending.error || end_.begun()) {
      events_.notice(fmt::format("client {} left: {}", client.number(), how));
    }
  } else if (ending.error) {
    events_.notice(
        fmt::format("client {} from {} did not come in: {}", client.number(), client.peer(), how));
  }
  if (replay_) replay_->client_ended(client, ending, end_.begun());
  totals_ += ending.totals;
  if (commands_) commands_->client_left(client);
  clients_.erase(client.number());
  if (end_.begun()) return finish_when_empty();
  if (was_the_one) {
    // At the prompt, what is typed now is for nobody.
    const bool piped = source_ && !source_->interactive();
    const auto left = piped ? source_->unpulled() : 0;
    return shut_down(end_.left_by_the_one(ending, left, piped && source_->unpulled_goes_on()));
  }
  if (source_) pull();
}

void ListenSession::command_sent(ServedClient& client, MessageType type, std::string_view data) {
  clock_.sample();
  tell_sent(client, type, data);
}

void ListenSession::command_pinged(ServedClient& client, std::string_view data) {
  clock_.sample();
  client_ping(client, Direction::kSent, data);
}

void ListenSession::command_ponged(ServedClient& client, std::string_view data) {
  clock_.sample();
  client_pong(client, Direction::kSent, data);
}

void ListenSession::command_left() {
  if (end_.begun()) finish_when_empty();
}

// What a client has left running takes its place until it has ended.
std::size_t ListenSession::places_taken() const {
  return open_clients() + (commands_ ? commands_->leaving() : 0);
}

std::size_t ListenSession::open_clients() const {
  return static_cast<std::size_t>(
      std::count_if(clients_.begin(), clients_.end(),
                    [](const auto& c) { return c.second->connection().open(); }));
}

bool ListenSession::some_client_has_room() const {
  // Who has not come in, or is leaving, gets nothing and sets no pace.
  return open_clients() == 0 || std::any_of(clients_.begin(), clients_.end(), [](const auto& c) {
           const auto& connection = c.second->connection();
           return connection.open() && connection.has_room();
         });
}

// Lines wait for the first client, as a client's lines wait for the connection.
void ListenSession::pull() {
  clock_.sample();
  if (!source_ || end_.begun()) return;
  Action action;
  for (int i = 0; i < kActionsPerTurn; ++i) {
    if (!source_->interactive() && open_clients() == 0) break;
    const bool held_up =
        !some_client_has_room() || (output_watch_ && output_watch_->congested_for_sending());
    if (held_up && !source_->wants_to_leave()) break;  // who leaves waits for nobody
    action.clear();
    const auto pulled = source_->next(action);
    if (pulled == ActionSource::Pull::kEmpty) break;
    if (pulled == ActionSource::Pull::kEnd) {
      // A server outlives its piped input; a person's Ctrl-D ends it.
      if (source_->interactive()) return shut_down(end_.left());
      break;
    }
    perform(action);
    if (end_.begun()) return;
    if (i + 1 == kActionsPerTurn) asio::post(loop_, [this] { pull(); });
  }
  for (auto& [number, client] : clients_) client->connection().settle();
  flush();
}

void ListenSession::perform(const Action& action) {
  using Kind = Action::Kind;
  switch (action.kind) {
    case Kind::kQuit:
      return shut_down(end_.left());
    case Kind::kRefused:
      return presentation_->sink().on_error(action.error);
    case Kind::kDialect:
      return events_.notice("a dialect is for clients: nothing was sent");
    case Kind::kTrace:
      return presentation_->set_trace(action.flag);
    case Kind::kLast:
      if (!presentation_->show_last()) events_.notice("nothing was elided yet");
      return;
    case Kind::kReconnect:
      return events_.notice("a listening wscope does not connect");
    case Kind::kInfo:
      return events_.notice(fmt::format("{}: {}", url(), plural(open_clients(), "open client")));
    default:
      break;
  }
  if (open_clients() == 0) return events_.notice("no client is connected: nothing was sent");
  if (action.client != 0) {
    const auto found = clients_.find(action.client);
    if (found == clients_.end() || !found->second->connection().open()) {
      return events_.notice(fmt::format("there is no client {}: nothing was sent", action.client));
    }
  }
  for (auto& [number, client] : clients_) {
    if (action.client != 0 && action.client != number) continue;
    auto& connection = client->connection();
    if (!connection.open()) continue;
    if (action.kind == Kind::kText) give(*client, MessageType::kText, action.data);
    if (action.kind == Kind::kBinary) give(*client, MessageType::kBinary, action.data);
    if (action.kind == Kind::kPing && connection.ping(action.data)) {
      client_ping(*client, Direction::kSent, action.data);
    }
    if (action.kind == Kind::kPong && connection.pong(action.data)) {
      client_pong(*client, Direction::kSent, action.data);
    }
    if (action.kind == Kind::kClose) connection.close(action.code, action.data);
  }
}

void ListenSession::flush() {
  if (!presentation_) return;
  presentation_->sink().flush();
  using State = output::OutputStream::State;
  if (output_watch_->wanted()) output_watch_->arm([this] { output_moved(); });
  if (output_watch_->clear_again()) asio::post(loop_, [this] { output_moved(); });
  const auto state = presentation_->out().state();
  if (state == State::kClosed) shut_down(ExitStatus::kOk);
  if (state == State::kFailed) shut_down(ExitStatus::kFailure);
}

// Who reads nothing at all (`--echo | true`) may be served all the same.
void ListenSession::reader_left() {
  if (!heard_) return;
  presentation_->out().reader_has_gone();
  flush();
}

void ListenSession::output_moved() {
  if (run_end_->begun()) return drain();
  flush();
  for (auto& [number, client] : clients_) {
    if (replay_) replay_->client_has_room(*client);
    client->connection().settle();
  }
  pull();
  flush();
}

void ListenSession::interrupt(ExitStatus status) {
  if (source_) source_->leaving();
  hurry(status, status == ExitStatus::kInterrupted ? SIGINT : SIGTERM);
}

/// A signal or --timeout: what ends the run closes it cleanly, what comes while it ends, at once.
/// `signal` is for the commands; 0: they end as those of clients that leave.
void ListenSession::hurry(Result<ExitStatus> outcome, int signal) {
  clock_.sample();
  const bool again = end_.begun();
  const bool decides = end_.hurry(std::move(outcome));
  const int told = again ? SIGKILL : signal;
  if (commands_ && told != 0) commands_->signal(told);
  if (!again) {
    close_all();
    // Their Closes would stand behind what nobody takes.
    if (!output_watch_->congested()) return;
    for (auto& [number, client] : clients_) {
      client->connection().close_within(output::OutputStream::kLastPatience);
    }
    return;
  }
  if (run_end_->begun()) return decides ? run_end_->cut_short(end_.outcome()) : run_end_->hurry();
  for (auto& [number, client] : clients_) client->connection().abort(server_ends());
}

void ListenSession::shut_down(Result<ExitStatus> outcome) {
  if (end_.begin(std::move(outcome))) close_all();
}

void ListenSession::close_all() {
  acceptor_->stop();
  for (auto& [number, client] : clients_) {
    auto& connection = client->connection();
    // Also where nothing can be written any more: its deadline bounds what is still read.
    if (connection.state() == ws::Engine::State::kOpen) {
      connection.close(end_.close_code(), {});
      if (commands_) commands_->closing(*client);
      connection.settle();
    } else if (connection.state() == ws::Engine::State::kHandshake) {
      connection.abort(server_ends());
    }
  }
  asio::post(loop_, [this] { finish_when_empty(); });
}

void ListenSession::finish_when_empty() {
  if (!clients_.empty() || (commands_ && !commands_->empty()) || run_end_->begun()) return;
  if (source_) source_->stop();
  Result<ExitStatus> outcome = end_.outcome();
  if (outcome && replay_ && replay_->differed()) outcome = fail(replay_->failure());
  clock_.sample();
  run_end_->begin(std::move(outcome), totals_);
  if (end_.hurried()) run_end_->hurry();
  drain();
}

// From the loop, so that a signal or --timeout still ends the wait for stdout's reader.
void ListenSession::drain() {
  flush();
  run_end_->settle();
}

}  // namespace wscope::session
