// Recorder: --record: the events of a run as lines of a file (output/json_events.h).
//
// When the file can't be written any more (a full disk), that is told at once to `others`, and the
// recording ends with its last whole line; the run goes on. It is kept, and may be handed on: of
// heads, API keys are left out, too (base/mask_credentials.h). Loop thread only.
#pragma once

#include <utility>

#include "output/json_events.h"
#include "output/line_file.h"

namespace wscope::output {

class Recorder final : public JsonEvents {
 public:
  Recorder(LineFile& file, const Clock& clock, bool secrets, EventSink& others)
      : JsonEvents(file.lines(), clock, secrets), file_(file), others_(others) {}

  void flush() override {
    JsonEvents::flush();
    if (failed_ || file_.stream().state() != OutputStream::State::kFailed) return;
    failed_ = true;
    file_.cut_to_whole_lines();
    Error error = write_error(file_.stream(), file_.path());
    error.message += "; the recording ends there";
    others_.on_error(error);
  }

 protected:
  std::string masked(std::string_view head) const override { return mask_for_keeping(head); }

 private:
  LineFile& file_;
  EventSink& others_;
  bool failed_ = false;
};

}  // namespace wscope::output
