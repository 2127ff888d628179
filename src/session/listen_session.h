// ListenSession: a server's run: accept clients, echo or show their messages, send typed lines to
// all.
//
// open() binds; start() serves until interrupt(), the end of a person's input or what end_by()
// said, then closes every client (1001, or 1000 when they have said enough), waits for their Closes
// and calls `finished` once. With --exec messages are for the clients' commands, which end before
// it does. Without a presentation it is silent: the embedded echo server. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/action.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "net/acceptor.h"
#include "output/presentation.h"
#include "session/command_room.h"
#include "session/end_condition.h"
#include "session/output_watch.h"
#include "session/reader_watch.h"
#include "session/replay_server.h"
#include "session/run_end.h"
#include "session/served_client.h"
#include "session/served_events.h"
#include "session/server_end.h"
#include "ws/response_fields.h"

namespace wscope::session {

class ListenSession : public ServedClient::Host,
                      public CommandRoom::Host,
                      public ReplayServer::Host {
 public:
  using Finished = RunEnd::Finished;

  /// What is given must outlive the session; `presentation` and `source` may be null (embedded).
  ListenSession(asio::io_context& loop, const Options& options, Clock& clock,
                output::Presentation* presentation, ActionSource* source);
  ~ListenSession() override;

  /// Plays a recording to each client; it must outlive the session.
  void set_replay(ReplayServer* replay) {
    replay_ = replay;
    replay_->set_host(*this);
  }
  /// Sent with each upgrade that is granted.
  void set_response_fields(ws::ResponseFields fields) { response_fields_ = std::move(fields); }
  /// Before start(): what ends the run by itself; `timeout` in seconds, `once`: one client has.
  void end_by(EndCondition condition, std::optional<double> timeout, bool once) {
    end_.set(std::move(condition), timeout, once);
  }
  /// `address` is [HOST:]PORT or unix:PATH; writes the --port-file.
  Result<void> open(const std::string& address);
  void start(Finished finished);
  void interrupt(ExitStatus status);
  /// "ws://127.0.0.1:8765/".
  std::string url() const;

 private:
  ws::ServerReply client_request(ServedClient& client, const ws::ServerRequest& request) override;
  void client_opened(ServedClient& client) override;
  void client_wire(ServedClient& client, Direction direction, std::string_view bytes) override {
    events_.wire(client, direction, bytes);
  }
  void client_ping(ServedClient& client, Direction direction, std::string_view data) override {
    events_.ping(client, direction, data);
  }
  void client_pong(ServedClient& client, Direction direction, std::string_view data) override {
    events_.pong(client, direction, data);
  }
  void client_message(ServedClient& client, MessageType type, std::string_view data) override;
  void client_sent(ServedClient& client, MessageType type, std::string_view data) override {
    tell_sent(client, type, data);
  }
  void client_wakes() override { clock_.sample(); }
  void client_rests(ServedClient& client) override;
  void client_has_room(ServedClient& client) override;
  bool client_may_read(const ServedClient& client) const override;
  bool client_has_patience() const override { return end_.reached() && !end_.hurried(); }
  void client_ended(ServedClient& client, Ending ending) override;
  void command_notice(const std::string& text) override { events_.notice(text); }
  void command_sent(ServedClient& client, MessageType type, std::string_view data) override;
  void command_pinged(ServedClient& client, std::string_view data) override;
  void command_ponged(ServedClient& client, std::string_view data) override;
  void command_rests() override { flush(); }
  void command_left() override;
  bool replay_waits() override { return output_watch_->congested(); }
  void replay_rests() override { flush(); }

  ws::ServerReply answer(ServedClient& client, const ws::ServerRequest& request);
  std::string url_of(const ServedClient& client) const;
  void accepted(std::unique_ptr<net::Stream> stream);
  void pull();
  void perform(const Action& action);
  bool some_client_has_room() const;
  void pass_on(ServedClient& sender, MessageType type, std::string_view data);
  void give(ServedClient& client, MessageType type, std::string_view data);
  void tell_sent(ServedClient& client, MessageType type, std::string_view data);
  bool reads(ServedClient& client);
  void settle_all();
  std::size_t open_clients() const;
  std::size_t places_taken() const;
  Result<void> prepare_command(ServedClient& client, const ws::ServerRequest& request,
                               const ws::ServerReply& reply);
  void flush();
  void output_moved();
  void reader_left();
  void hurry(Result<ExitStatus> outcome, int signal);
  void shut_down(Result<ExitStatus> outcome);
  void close_all();
  void finish_when_empty();
  void drain();

  asio::io_context& loop_;
  const Options& options_;
  Clock& clock_;
  output::Presentation* presentation_;
  ActionSource* source_;
  ServedEvents events_;
  ReplayServer* replay_ = nullptr;
  ws::ResponseFields response_fields_;
  std::optional<ws::DeflateOffer> deflate_;  // what is accepted
  std::unique_ptr<net::Acceptor> acceptor_;
  std::unique_ptr<PresentationWatch> output_watch_;
  ReaderWatch reader_watch_;
  std::unique_ptr<CommandRoom> commands_;  // --exec
  std::map<std::size_t, std::unique_ptr<ServedClient>> clients_;
  std::set<std::size_t> to_settle_;  // clients with a broadcast to write
  std::size_t last_number_ = 0;
  bool tells_sent_ = false;  // to the sink
  bool heard_ = false;       // some client has said something
  ServerEnd end_;
  std::unique_ptr<RunEnd> run_end_;  // where there is a stdout; without one it never ends
  Totals totals_;                    // of all clients that have left
};

}  // namespace wscope::session
