// Har: --har: every connection of a run as an entry of an HTTP Archive (HAR 1.2), for browsers'
// tools.
//
// An EventSink: each destination (first, redirect, answer to a challenge, reconnect) begins an
// entry, which ends with the next of the same name or with the run. Messages wait in a Spool, so
// that memory stays small; ended entries go into the file's draft at once (output/whole_file.h).
// The last goes with on_end(), so that who reads them from a pipe is waited for as for any output;
// finish() makes the file appear, also of a run that was interrupted. Stage::kUsage when it can't
// be begun, Stage::kOutput when it can't be written: then no file appears. Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "base/event_sink.h"
#include "output/har_entry.h"
#include "output/spool.h"
#include "output/whole_file.h"

namespace wscope::output {

class Har final : public EventSink {
 public:
  static Result<std::unique_ptr<Har>> open(const std::string& path, const Clock& clock,
                                           bool secrets);
  /// Where its entries go.
  OutputStream& stream() { return file_->stream(); }
  /// After the run; `patience` as for WholeFile::finish().
  Result<void> finish(std::optional<double> patience);

  void on_connection(std::string_view name) override;
  void on_destination(const Destination& destination) override;
  void on_resolved(const Resolved& resolved) override;
  void on_connect_attempt(const ConnectAttempt& attempt) override;
  void on_proxy_step(const ProxyStep& step) override;
  void on_tls(const TlsEstablished& tls) override;
  void on_request(const RequestSent& request) override;
  void on_response(const ResponseReceived& response) override;
  void on_opened(const Opened& opened) override;
  void on_message(const Message& message) override;
  void on_wire_message(const Message& message, std::string_view masked) override {
    on_message(secrets_ ? message : masked_message(message, masked));
  }
  void on_closed(const Closed& closed) override;
  void on_error(const Error& error) override { failed(error); }
  void on_failure(const Error& error) override { failed(error); }
  void on_notice(std::string_view) override { touch(); }
  void on_end(ExitStatus, const Totals&) override { complete(); }

 private:
  struct Live {
    explicit Live(const std::string& beside) : messages(beside) {}
    HarEntry entry;
    double began = 0;
    bool opened = false;
    bool ended = false;  // by a Close: its duration is known
    Spool messages;
  };

  Har(std::unique_ptr<WholeFile> file, const Clock& clock, bool secrets);
  double since(const Live& live) const { return clock_.seconds() - live.began; }
  void touch();
  void failed(const Error& error);
  void write(Live& live);
  void complete();

  std::unique_ptr<WholeFile> file_;
  const Clock& clock_;
  const bool secrets_;
  bool any_ = false;
  bool complete_ = false;
  std::error_code spool_error_;
  std::map<std::string, std::unique_ptr<Live>, std::less<>> live_;
  std::string name_;
  Live* now_ = nullptr;   // of name_
  Live* last_ = nullptr;  // that began
  std::string text_;
};

}  // namespace wscope::output
