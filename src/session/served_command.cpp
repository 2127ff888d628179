#include "session/served_command.h"

#include <utility>

#include "session/ready_source.h"

namespace wscope::session {

Result<std::unique_ptr<ServedCommand>> ServedCommand::create(asio::io_context& loop,
                                                             const Options& options,
                                                             const Clock& clock,
                                                             Environment environment, Hooks hooks) {
  auto child = ChildProcess::create(loop);
  if (!child) return fail(std::move(child.error()));
  return std::make_unique<ServedCommand>(loop, options, clock, std::move(*child),
                                         std::move(environment), std::move(hooks));
}

ServedCommand::ServedCommand(asio::io_context& loop, const Options& options, const Clock& clock,
                             std::unique_ptr<ChildProcess> child, Environment environment,
                             Hooks hooks)
    : command_(options.automation.exec),
      grace_(options.network.close_timeout),
      child_(std::move(child)),
      source_(make_command_source(loop, options.messages, child_->take_reader())),
      messages_(options, clock, child_->input_fd()),
      watch_(loop, messages_.out()),
      environment_(std::move(environment)),
      hooks_(std::move(hooks)) {
  source_->start([this] { hooks_.wrote(); });
  // A thousand clients: no descriptor more than needed.
  if (messages_.out().poll_fd() != child_->input_fd()) child_->close_input();
}

Result<void> ServedCommand::start() {
  return child_->start(command_, std::exchange(environment_, {}),
                       [this](const CommandEnd&) { hooks_.ended(); });
}

ActionSource::Pull ServedCommand::next(Action& action) {
  const auto pulled = source_->next(action);
  output_ended_ = pulled == ActionSource::Pull::kEnd;
  return pulled;
}

void ServedCommand::flush() {
  messages_.sink().flush();
  if (messages_.out().state() != output::OutputStream::State::kBlocked) return;
  watch_.arm([this] {
    if (left_) return let_go();
    flush();
    hooks_.reads();
  });
}

void ServedCommand::discard_output() {
  if (std::exchange(discarding_, true)) return;
  source_->stop();
  child_->discard_output();
}

void ServedCommand::let_go() {
  left_ = true;
  discard_output();
  child_->end_within(grace_);
  flush();
  if (messages_.out().state() == output::OutputStream::State::kBlocked) return;
  watch_.let_go();
  child_->close_input();
}

}  // namespace wscope::session
