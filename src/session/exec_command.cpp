#include "session/exec_command.h"

#include <csignal>
#include <utility>

#include "session/ready_source.h"

namespace wscope::session {

Result<std::unique_ptr<ExecCommand>> ExecCommand::create(asio::io_context& loop,
                                                         const Options& options) {
  auto child = ChildProcess::create(loop);
  if (!child) return fail(std::move(child.error()));
  return std::make_unique<ExecCommand>(loop, options, std::move(*child));
}

ExecCommand::ExecCommand(asio::io_context& loop, const Options& options,
                         std::unique_ptr<ChildProcess> child)
    : loop_(loop),
      command_(options.automation.exec),
      messages_(options.messages),
      grace_(options.network.close_timeout),
      child_(std::move(child)),
      signals_(loop, [this](ExitStatus) {
        if (finishing_) child_->signal(SIGKILL);
      }) {}

std::unique_ptr<ActionSource> ExecCommand::make_source() {
  return make_command_source(loop_, messages_, child_->take_reader());
}

Result<void> ExecCommand::start(const Opened& opened, Ended ended) {
  return child_->start(command_, environment_of(opened),
                       [this, ended = std::move(ended)](const CommandEnd& end) {
                         ended(outcome_of(command_, end));
                       });
}

void ExecCommand::interrupt(ExitStatus status) {
  child_->signal(status == ExitStatus::kInterrupted ? SIGINT : SIGTERM);
}

void ExecCommand::kill() { child_->signal(SIGKILL); }

void ExecCommand::let_go() {
  child_->discard_output();
  child_->end_within(grace_);
}

Result<ExitStatus> ExecCommand::finish(Result<ExitStatus> result) {
  if (!child_->started()) return result;
  child_->close_input();
  let_go();
  loop_.restart();
  finishing_ = true;
  while (child_->running() && loop_.run_one() > 0) {
  }
  if (!result || *result != ExitStatus::kOk || child_->end() == nullptr) return result;
  if (auto outcome = outcome_of(command_, *child_->end()); !outcome) {
    return fail(std::move(outcome.error()));
  }
  return result;
}

}  // namespace wscope::session
