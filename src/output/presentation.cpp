#include "output/presentation.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "output/fan_out.h"
#include "output/har.h"
#include "output/json_events.h"
#include "output/line_file.h"
#include "output/line_output.h"
#include "output/palette.h"
#include "output/pipe_messages.h"
#include "output/recorder.h"
#include "output/status.h"
#include "output/terminal_messages.h"
#include "output/terminal_screen.h"
#include "output/time_stamp.h"
#include "output/timing.h"
#include "output/trace.h"

namespace wscope::output {
namespace {

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Whether both lead to one file, pipe or terminal where somebody may read them.
bool same_place(int one, int other) {
  struct stat a {};
  struct stat b {};
  if (::fstat(one, &a) != 0 || ::fstat(other, &b) != 0 || !same_file(a, b)) return false;
  struct stat null {};
  return ::stat("/dev/null", &null) != 0 || !same_file(a, null);
}

bool has_prompt(Screen* screen) { return screen != nullptr && !screen->make_way(); }

std::unique_ptr<LineOutput> lines_to(Screen* screen, OutputStream& stream) {
  if (screen == nullptr) return std::make_unique<LineOutput>(stream);
  if (has_prompt(screen)) return std::make_unique<LineOutput>(*screen);
  return std::make_unique<LineOutput>(*screen, stream);
}

class Presenters final : public Presentation {
 public:
  Presenters(const Options& options, const Clock& clock, Screens screens, int out_fd)
      : options_(options),
        clock_(clock),
        screens_(screens),
        out_fd_(out_fd),
        out_(out_fd),
        err_(STDERR_FILENO),
        streams_{&out_, &err_},
        stamper_(options.messages.timestamps, clock) {
    choose_places();
  }

  Result<void> build();

  EventSink& sink() override { return all_; }
  void add_listener(EventSink& listener) override;
  OutputStream& out() override { return out_; }
  const std::vector<OutputStream*>& streams() const override { return streams_; }
  bool takes_pieces() const override { return all_.takes_pieces() && !shared_ && !out_.appends(); }
  bool tells_sent() const override { return options_.messages.output == OutputFormat::kJson; }
  void set_trace(bool on) override;
  bool show_last() override { return terminal_ != nullptr && terminal_->show_last(); }
  Result<void> finish(std::optional<double> patience) override;

 private:
  void choose_places();
  void add_messages();
  Result<void> add_traces();
  Result<void> add_record();
  Result<void> add_har();
  void choose_listeners();
  template <class Sink>
  Sink& keep(std::unique_ptr<Sink> sink) {
    Sink& kept = *sink;
    all_.add(kept);
    sinks_.push_back(std::move(sink));
    return kept;
  }

  const Options& options_;
  const Clock& clock_;
  Screens screens_;
  const int out_fd_;
  bool shared_ = false;  // stdout and stderr are one place
  std::unique_ptr<Screen> own_out_;
  std::unique_ptr<Screen> own_err_;
  OutputStream out_;
  OutputStream err_;  // nothing comes to it where shared_
  std::vector<OutputStream*> streams_;
  std::unique_ptr<LineOutput> out_lines_;
  std::unique_ptr<LineOutput> err_lines_;
  std::unique_ptr<LineFile> trace_file_;
  std::unique_ptr<LineFile> record_file_;
  TimeStamper stamper_;
  FanOut all_;
  std::vector<std::unique_ptr<EventSink>> sinks_;
  EventSink* messages_ = nullptr;
  TerminalMessages* terminal_ = nullptr;  // messages_, where it is that
  Status* status_ = nullptr;
  Trace* trace_ = nullptr;  // on stderr
  TraceLevel trace_level_ = TraceLevel::kNone;
  EventSink* trace_to_file_ = nullptr;
  EventSink* record_ = nullptr;
  EventSink* timing_ = nullptr;
  Har* har_ = nullptr;
  std::vector<EventSink*> listeners_;  // of the session
};

void Presenters::choose_places() {
  if (screens_.out == nullptr && ::isatty(out_fd_) == 1) {
    own_out_ = std::make_unique<TerminalScreen>(out_fd_);
    screens_.out = own_out_.get();
  }
  if (screens_.err == nullptr && ::isatty(STDERR_FILENO) == 1) {
    own_err_ = std::make_unique<TerminalScreen>(STDERR_FILENO);
    screens_.err = own_err_.get();
  }
  // Two streams to one place would cut each other's lines, and change their order.
  shared_ =
      !has_prompt(screens_.out) && !has_prompt(screens_.err) && same_place(out_fd_, STDERR_FILENO);
  out_lines_ = lines_to(screens_.out, out_);
  err_lines_ = lines_to(screens_.err, shared_ ? out_ : err_);
  if (screens_.out != nullptr && screens_.err != nullptr) {
    out_lines_->set_partner(err_lines_.get());
    err_lines_->set_partner(out_lines_.get());
  }
}

Result<void> Presenters::build() {
  if (options_.diagnosis.timing) {
    timing_ = &keep(std::make_unique<Timing>(*err_lines_, clock_, all_));
  }
  add_messages();
  StatusWishes wishes{screens_.err != nullptr && (screens_.out != nullptr || screens_.interactive),
                      options_.diagnosis.quiet, options_.messages.show_ping_pong,
                      choose_palette(options_.terminal.color, err_lines_->is_screen())};
  status_ = &keep(std::make_unique<Status>(*err_lines_, wishes, stamper_));
  if (auto traced = add_traces(); !traced) return traced;
  if (auto recorded = add_record(); !recorded) return recorded;
  if (auto archived = add_har(); !archived) return archived;
  choose_listeners();
  return {};
}

void Presenters::add_messages() {
  const MessageOptions& messages = options_.messages;
  const bool is_screen = out_lines_->is_screen();
  const Palette& palette = choose_palette(options_.terminal.color, is_screen);
  std::unique_ptr<EventSink> sink;
  if (is_screen && messages.output != OutputFormat::kJson) {
    const MessageLook look{messages.output, messages.pretty, screens_.interactive, palette};
    auto terminal = std::make_unique<TerminalMessages>(*out_lines_, look, stamper_);
    terminal_ = terminal.get();
    sink = std::move(terminal);
  } else {
    sink = make_pipe_sink(options_, clock_, out_, *out_lines_, stamper_, palette);
  }
  messages_ = &keep(std::move(sink));
}

Result<void> Presenters::add_traces() {
  const DiagnosisOptions& diagnosis = options_.diagnosis;
  trace_level_ = diagnosis.trace;
  const std::string& path = diagnosis.trace_file;
  if (!path.empty() && path != "-") {
    auto file = LineFile::trace(path, diagnosis.trace_secrets);
    if (!file) return fail(std::move(file.error()));
    trace_file_ = std::move(*file);
    streams_.push_back(&trace_file_->stream());
    const TraceWishes wishes{std::max(diagnosis.trace, TraceLevel::kFrames),
                             diagnosis.trace_secrets, true};
    trace_to_file_ = &keep(std::make_unique<Trace>(trace_file_->lines(), clock_, wishes));
    // Frames went to the file; the steps of -v stay where a person sees them.
    if (trace_level_ >= TraceLevel::kFrames) trace_level_ = TraceLevel::kNone;
  } else if (path == "-") {
    trace_level_ = std::max(trace_level_, TraceLevel::kFrames);
  }
  const TraceWishes wishes{trace_level_, diagnosis.trace_secrets, false,
                           choose_palette(options_.terminal.color, err_lines_->is_screen())};
  trace_ = &keep(std::make_unique<Trace>(*err_lines_, clock_, wishes));
  status_->set_traced(trace_level_ != TraceLevel::kNone);
  return {};
}

Result<void> Presenters::add_record() {
  if (options_.automation.record.empty()) return {};
  const bool secrets = options_.diagnosis.trace_secrets;
  auto file = LineFile::record(options_.automation.record);
  if (!file) return fail(std::move(file.error()));
  record_file_ = std::move(*file);
  streams_.push_back(&record_file_->stream());
  record_ = &keep(std::make_unique<Recorder>(*record_file_, clock_, secrets, all_));
  return {};
}

Result<void> Presenters::add_har() {
  if (options_.automation.har.empty()) return {};
  auto har = Har::open(options_.automation.har, clock_, options_.diagnosis.trace_secrets);
  if (!har) return fail(std::move(har.error()));
  har_ = &keep(std::move(*har));
  streams_.push_back(&har_->stream());
  return {};
}

void Presenters::choose_listeners() {
  std::vector<EventSink*> frames;
  if (trace_level_ >= TraceLevel::kFrames) frames.push_back(trace_);
  if (trace_to_file_ != nullptr) frames.push_back(trace_to_file_);
  std::vector<EventSink*> messages = frames;  // a frame's line stands before its message
  messages.push_back(messages_);
  for (EventSink* sink : {record_, timing_, static_cast<EventSink*>(har_)}) {
    if (sink != nullptr) messages.push_back(sink);
  }
  messages.insert(messages.end(), listeners_.begin(), listeners_.end());
  all_.set_frame_sinks(std::move(frames));
  all_.set_message_sinks(std::move(messages));
}

void Presenters::add_listener(EventSink& listener) {
  all_.add(listener);
  listeners_.push_back(&listener);
  choose_listeners();
}

void Presenters::set_trace(bool on) {
  trace_level_ = on ? std::max(options_.diagnosis.trace, TraceLevel::kFrames) : TraceLevel::kNone;
  trace_->set_level(trace_level_);
  status_->set_traced(on);
  choose_listeners();
}

Result<void> Presenters::finish(std::optional<double> patience) {
  all_.flush();
  out_.drain(patience);
  err_.drain(patience);
  // What can't be written must not cost the others their end.
  Result<void> all_written;
  const auto note = [&all_written](Result<void> written) {
    if (all_written) all_written = std::move(written);
  };
  const auto note_stream = [&note](const OutputStream& stream, const std::string& name) {
    if (stream.state() == OutputStream::State::kFailed) note(fail(write_error(stream, name)));
  };
  note_stream(out_, "stdout");
  for (LineFile* file : {trace_file_.get(), record_file_.get()}) {
    if (file == nullptr) continue;
    file->stream().drain(patience);
    note_stream(file->stream(), file->path());
  }
  if (har_ != nullptr) note(har_->finish(patience));
  return all_written;
}

}  // namespace

bool Presentation::congested() const {
  return std::any_of(streams().begin(), streams().end(),
                     [](const OutputStream* stream) { return stream->congested(); });
}

bool Presentation::congested_for_sending() {
  return std::any_of(streams().begin(), streams().end(), [this](const OutputStream* stream) {
    return stream->congested() && (stream != &out() || tells_sent());
  });
}

bool Presentation::blocked() const {
  return std::any_of(streams().begin(), streams().end(), [](const OutputStream* stream) {
    return stream->state() == OutputStream::State::kBlocked;
  });
}

Result<std::unique_ptr<Presentation>> Presentation::open(const Options& options, const Clock& clock,
                                                         Screens screens, int out_fd) {
  auto presenters = std::make_unique<Presenters>(options, clock, screens, out_fd);
  if (auto built = presenters->build(); !built) return fail(std::move(built.error()));
  return presenters;
}

}  // namespace wscope::output
