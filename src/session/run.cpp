#include "session/run.h"

#include <fcntl.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/descriptor_limit.h"
#include "base/unique_fd.h"
#include "input/script_file.h"
#include "input/script_parser.h"
#include "input/sources.h"
#include "net/url.h"
#include "output/presentation.h"
#include "output/progress_screen.h"
#include "output/terminal_screen.h"
#include "session/client_session.h"
#include "session/dialect_talk.h"
#include "session/end_condition.h"
#include "session/exec_command.h"
#include "session/listen_session.h"
#include "session/own_files.h"
#include "session/progress_meter.h"
#include "session/ready_source.h"
#include "session/replay_server.h"
#include "session/replay_source.h"
#include "session/report_file.h"
#include "session/request_plan.h"
#include "session/script_check.h"
#include "session/script_session.h"
#include "session/stop_signals.h"
#include "ws/response_fields.h"
#include "ws/subprotocol_list.h"

namespace wscope::session {
namespace {

/// A descriptor 0–2 that the caller closed must not become our first socket. Reading /dev/null is
/// the end of input, and writing to what is open for reading is the error it should be.
void keep_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) (void)!::open("/dev/null", O_RDONLY);
  }
}

/// Where input comes from and where a person looks, as the descriptors are.
struct Terminal {
  std::unique_ptr<output::TerminalScreen> plain_out;
  std::unique_ptr<output::TerminalScreen> plain_err;
  std::unique_ptr<output::ProgressScreen> progress;  // in its place
  std::unique_ptr<ActionSource> source;
  output::Screens screens;
};

/// A line about progress must meet nothing else on that terminal: no messages, prompt or trace.
bool may_show_progress(const Options& options) {
  const char* type = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return !options.diagnosis.quiet && options.diagnosis.trace == TraceLevel::kNone &&
         options.diagnosis.trace_file != "-" && !options.listen.enabled &&
         options.automation.script.empty() && type != nullptr && std::strcmp(type, "dumb") != 0;
}

Terminal open_terminal(asio::io_context& loop, const Options& options) {
  Terminal terminal;
  const bool out = ::isatty(STDOUT_FILENO) == 1;
  const bool err = ::isatty(STDERR_FILENO) == 1;
  const bool scripted = !options.automation.script.empty() || !options.automation.replay.empty();
  const bool execute_only = !options.messages.execute.empty() && !options.messages.interactive;
  // With --reconnect the session itself says -x messages, on each connection anew.
  const bool says_again = options.liveness.reconnect;
  if (scripted) {
    terminal.source = input::make_empty_source();
  } else if (execute_only) {
    terminal.source = says_again ? input::make_empty_source() : input::make_execute_source(options);
  } else if (::isatty(STDIN_FILENO) == 1 && (out || err)) {
    auto repl = input::Repl::open(options, out ? STDOUT_FILENO : STDERR_FILENO);
    if (out) terminal.screens.out = &repl->screen();
    if (err) terminal.screens.err = &repl->screen();
    terminal.source = std::move(repl);
  } else {
    terminal.source = make_ready_source(loop, options.messages, STDIN_FILENO);
    if (!terminal.source) terminal.source = input::make_pipe_source(options, STDIN_FILENO);
  }
  if (!options.messages.execute.empty() && !execute_only && !says_again) {
    terminal.source =
        input::make_sequence(input::make_execute_source(options), std::move(terminal.source));
  }
  terminal.screens.interactive = terminal.source->interactive();
  if (out && !terminal.screens.out) {
    terminal.plain_out = std::make_unique<output::TerminalScreen>(STDOUT_FILENO);
    terminal.screens.out = terminal.plain_out.get();
  }
  if (err && !terminal.screens.err && !out && may_show_progress(options)) {
    terminal.progress = std::make_unique<output::ProgressScreen>(STDERR_FILENO);
    terminal.screens.err = terminal.progress.get();
  } else if (err && !terminal.screens.err) {
    terminal.plain_err = std::make_unique<output::TerminalScreen>(STDERR_FILENO);
    terminal.screens.err = terminal.plain_err.get();
  }
  return terminal;
}

/// Where a command takes the place of stdin and stdout: stderr alone may be looked at.
Terminal no_terminal(std::unique_ptr<ActionSource> source) {
  Terminal terminal;
  terminal.source = std::move(source);
  return terminal;
}

/// Runs a session on the loop until it says how it ended, and closes what it wrote to.
template <class Session>
Result<ExitStatus> run_to_end(asio::io_context& loop, Session& session, const Terminal& terminal,
                              output::Presentation& presentation) {
  Result<ExitStatus> result = ExitStatus::kOk;
  std::optional<double> patience;
  {
    const StopSignals signals(loop, [&](ExitStatus status) {
      patience = output::OutputStream::kLastPatience;
      session.interrupt(status);
    });
    session.start([&](Result<ExitStatus> ended) {
      result = std::move(ended);
      loop.stop();
    });
    loop.run();
  }
  // From here on a signal does what it does to any program.
  terminal.source->stop();
  if (!result && result.error().stage == Stage::kTimeout) {
    patience = output::OutputStream::kLastPatience;
  }
  if (auto written = presentation.finish(patience); !written && result) {
    return fail(std::move(written.error()));
  }
  return result;
}

/// With --replay the recording is the input.
void take_input(std::unique_ptr<ReplaySource> replay, Terminal& terminal,
                output::Presentation& presentation) {
  if (!replay) return;
  presentation.add_listener(*replay);
  for (const auto& notice : replay->notices()) presentation.sink().on_notice(notice);
  terminal.source = std::move(replay);
}

Result<ExitStatus> run_client(const Options& given) {
  Options options = options_for_dialect(given);
  auto condition = EndCondition::create(options.messages);
  if (!condition) return fail(std::move(condition.error()));
  asio::io_context loop(1);
  Clock clock;
  std::string address = given.url;
  std::optional<ListenSession> echo;
  if (given.listen.embedded) {
    echo.emplace(loop, given, clock, nullptr, nullptr);
    if (auto bound = echo->open("127.0.0.1:0"); !bound) return fail(std::move(bound.error()));
    echo->start({});
    address = echo->url();
  }
  auto url = net::parse_url(address);
  if (!url) return fail(std::move(url.error()));
  if (!url->secure && !options.tls.pin.empty() && !options.handshake.follow_redirects) {
    return fail(Stage::kUsage, "--pin: no key is shown by " + url->display() + ", which has no TLS",
                "is it wss://? -L follows where it leads");
  }
  if (auto asked = ask_for_password(options.handshake, *url); !asked) return fail(asked.error());
  auto replay = ReplaySource::open(options, loop, clock);
  if (!replay) return fail(std::move(replay.error()));
  std::unique_ptr<ExecCommand> command;
  if (!options.automation.exec.empty()) {
    auto made = ExecCommand::create(loop, options);
    if (!made) return fail(std::move(made.error()));
    command = std::move(*made);
  }
  Terminal terminal = command ? no_terminal(command->make_source()) : open_terminal(loop, options);
  auto presentation = output::Presentation::open(options, clock, terminal.screens,
                                                 command ? command->input_fd() : STDOUT_FILENO);
  if (!presentation) return fail(std::move(presentation.error()));
  // An unset variable in a script must not look like an answer of its server; a prompt tells where
  // it is connected to.
  if (echo && !terminal.screens.interactive) {
    (*presentation)->sink().on_notice("no URL: talking to an echo server of our own, " + address);
  }
  take_input(std::move(*replay), terminal, **presentation);
  ClientSession session(loop, options, url_for_dialect(options, std::move(*url)), clock,
                        **presentation, *terminal.source, std::move(*condition));
  if (command) session.attach(*command);
  std::optional<ProgressMeter> meter;
  if (terminal.progress) {
    const bool reads = options.messages.execute.empty() || options.messages.interactive;
    meter.emplace(
        loop, *terminal.progress, [&] { return session.totals(); }, reads ? STDIN_FILENO : -1);
  }
  auto result = run_to_end(loop, session, terminal, **presentation);
  return command ? command->finish(std::move(result)) : result;
}

Result<ExitStatus> run_script(const Options& given) {
  Options options = given;
  const std::string& path = options.automation.script;
  const auto text = input::read_script_file(path);
  if (!text) return fail(text.error());
  const auto script =
      input::parse_script(*text, path == "-" ? "stdin" : path, !options.url.empty());
  if (!script) return fail(script.error());
  if (auto checked = check_script(*script); !checked) return fail(std::move(checked.error()));
  auto report = ReportFile::open(options.automation.script_report);
  if (!report) return fail(std::move(report.error()));
  std::optional<net::Url> url;
  if (!options.url.empty()) {
    auto parsed = net::parse_url(options.url);
    if (!parsed) return fail(std::move(parsed.error()));
    url = std::move(*parsed);
  }
  if (auto asked = ask_for_password(options.handshake, url); !asked) return fail(asked.error());
  asio::io_context loop(1);
  Clock clock;
  const Terminal terminal = open_terminal(loop, options);
  auto presentation = output::Presentation::open(options, clock, terminal.screens);
  if (!presentation) return fail(std::move(presentation.error()));
  ScriptSession session(loop, options, std::move(url), clock, **presentation, *script);
  auto result = run_to_end(loop, session, terminal, **presentation);
  const auto written = report->write(session.report());
  if (written) return result;
  if (result) return fail(written.error());
  std::string& hint = result.error().hint;
  hint += (hint.empty() ? "besides, " : "; besides, ") + written.error().message;
  return result;
}

Result<ExitStatus> run_listener(const Options& given) {
  Options options = given;
  auto condition = EndCondition::create(options.messages);
  if (!condition) return fail(std::move(condition.error()));
  auto fields = ws::response_fields(options.handshake.headers);
  if (!fields) return fail(std::move(fields.error()));
  const auto subprotocols = ws::subprotocol_list(options.handshake.subprotocols);
  if (!subprotocols) return fail(subprotocols.error());
  if (auto asked = ask_for_password(options.handshake, std::nullopt); !asked) {
    return fail(asked.error());
  }
  asio::io_context loop(1);
  Clock clock;
  const auto replay = ReplayServer::open(options, loop, clock);
  if (!replay) return fail(replay.error());
  // What clients say is for their commands, and what these say for the clients.
  const bool commands = !options.automation.exec.empty();
  const UniqueFd nowhere(commands ? ::open("/dev/null", O_WRONLY | O_CLOEXEC) : -1);
  const Terminal terminal =
      commands ? no_terminal(input::make_empty_source()) : open_terminal(loop, options);
  auto presentation = output::Presentation::open(options, clock, terminal.screens,
                                                 nowhere ? nowhere.get() : STDOUT_FILENO);
  if (!presentation) return fail(std::move(presentation.error()));
  lift_descriptor_limit();
  ListenSession session(loop, options, clock, presentation->get(), terminal.source.get());
  session.end_by(std::move(*condition), options.network.timeout, options.listen.once);
  session.set_response_fields(std::move(*fields));
  if (*replay) {
    (*replay)->set_sink((*presentation)->sink());
    for (const auto& notice : (*replay)->notices()) (*presentation)->sink().on_notice(notice);
    session.set_replay(replay->get());
  }
  if (auto bound = session.open(options.listen.address); !bound) {
    return fail(std::move(bound.error()));
  }
  return run_to_end(loop, session, terminal, **presentation);
}

}  // namespace

// What a library or the system throws is an error like any other.
Result<ExitStatus> run(const Options& options) try {
  // A reader that leaves, and a file that may not grow (ulimit -f), are told by the write that
  // fails, not by a signal that kills us.
  for (const int number : {SIGPIPE, SIGXFSZ}) std::signal(number, SIG_IGN);
  keep_standard_descriptors();
  if (auto fits = input::Repl::check(options); !fits) return fail(std::move(fits.error()));
  if (auto fits = DialectTalk::check(options); !fits) return fail(std::move(fits.error()));
  if (auto own = check_own_files(options); !own) return fail(std::move(own.error()));
  if (options.listen.enabled) return run_listener(options);
  if (!options.automation.script.empty()) return run_script(options);
  return run_client(options);
} catch (const std::bad_alloc&) {
  return fail(Stage::kInternal, "out of memory");
} catch (const std::exception& error) {
  return fail(Stage::kInternal, error.what());
}

}  // namespace wscope::session
