// ScriptSession: the run of --script: the script's connections and the runner.
//
// Opens the connection of the command line's URL, where there is one, carries out the script
// (session/script_runner.h) as things happen, closes what is still open with 1000. start() returns
// at once; `finished` is called exactly once on the loop, when stdout has taken everything or is
// given up. Errors: the runner's (kExpectation, kUsage …), kTimeout of --timeout, kConnection where
// something that was sent was not delivered before the end. report() is for who writes it, also
// after a failure. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "input/script.h"
#include "net/tls_contexts.h"
#include "net/url.h"
#include "output/presentation.h"
#include "session/deadline.h"
#include "session/output_watch.h"
#include "session/run_end.h"
#include "session/script_connection.h"
#include "session/script_runner.h"

namespace wscope::session {

class ScriptSession : public ScriptHost, public ScriptConnection::Host {
 public:
  using Finished = RunEnd::Finished;

  /// Everything given by reference must outlive the session.
  ScriptSession(asio::io_context& loop, const Options& options, std::optional<net::Url> url,
                Clock& clock, output::Presentation& presentation, const input::Script& script);
  ~ScriptSession() override;

  void start(Finished finished);
  /// A signal: the first closes cleanly, the second ends at once. `status` is 130 or 143.
  void interrupt(ExitStatus status);
  output::ScriptReport report() const { return runner_.report(); }

 private:
  // ScriptHost
  Result<void> connect(const std::string& name, const std::string& url,
                       const std::vector<std::string>& headers) override;
  std::optional<std::string> send(const std::string& name, MessageType type,
                                  std::string_view data) override;
  std::optional<std::string> ping(const std::string& name, std::string_view data) override;
  std::optional<std::string> pong(const std::string& name, std::string_view data) override;
  std::optional<std::string> close(const std::string& name, std::uint16_t code,
                                   std::string_view reason) override;
  bool has_room(const std::string& name) override;
  std::size_t unsent(const std::string& name) override;
  Result<std::string> read_file(const std::string& path) override;

  // ScriptConnection::Host
  void script_opened(ScriptConnection& connection) override;
  void script_failed(ScriptConnection& connection, Error error) override;
  void script_event(ScriptConnection& connection, ScriptEvent event) override;
  void script_ended(ScriptConnection& connection, const Ending& ending) override;
  void script_wakes() override { clock_.sample(); }
  void script_rests() override { schedule(); }
  bool script_may_read(const ScriptConnection& connection) override;

  /// Says it on that connection; nothing, or why it can't be said.
  template <class What>
  std::optional<std::string> say(const std::string& name, const What& what);
  void open(const std::string& name, const net::Url& url, const std::vector<std::string>& headers);
  void schedule();
  void advance();
  void flush();
  void output_moved();
  void timed_out();
  void close_all();
  void finish_when_closed();
  void finish();
  void drain();

  asio::io_context& loop_;
  const Options& options_;
  const std::optional<net::Url> url_;
  Clock& clock_;
  output::Presentation& presentation_;
  EventSink& sink_;
  PresentationWatch output_watch_;
  Deadline total_deadline_;
  Deadline wake_deadline_;
  RunEnd run_end_;
  ScriptRunner runner_;
  std::string folder_;  // of the script, for the files it names
  net::TlsContexts tls_;
  std::map<std::string, std::unique_ptr<ScriptConnection>> connections_;
  // By connection: what it never took, where the script has not taken its end.
  std::map<std::string, Error> undelivered_;
  bool scheduled_ = false;
  bool closing_ = false;
  bool timed_out_ = false;  // --timeout has passed
  std::optional<ExitStatus> signal_;
  std::optional<Error> failure_;
  Totals totals_;
};

}  // namespace wscope::session
