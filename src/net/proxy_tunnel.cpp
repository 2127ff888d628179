#include "net/proxy_tunnel.h"

#include <algorithm>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <utility>

namespace wscope::net {

namespace {
constexpr auto kBodyPatience = std::chrono::seconds(1);
// A head is read byte by byte; timers and signals of the loop want their turn.
constexpr int kReadsInATurn = 1024;
}  // namespace

struct ProxyTunnel::Run : std::enable_shared_from_this<Run> {
  Run(asio::io_context& event_loop, std::unique_ptr<Stream> to_proxy,
      std::unique_ptr<ProxyDialogue> talk)
      : loop(event_loop),
        stream(std::move(to_proxy)),
        dialogue(std::move(talk)),
        patience(event_loop) {}

  void step();
  bool write();
  bool read();
  void post_step();
  void wait(Readiness readiness);
  void be_patient();
  void broken(std::error_code error);
  void finish();

  asio::io_context& loop;
  std::unique_ptr<Stream> stream;
  std::unique_ptr<ProxyDialogue> dialogue;
  asio::steady_timer patience;
  bool patient = false;
  std::string unsent;
  Error failure;  // of the stream, not of the dialogue
  bool failed = false;
  Done done;
};

/// False where it waits, or is over.
bool ProxyTunnel::Run::write() {
  unsent += dialogue->take_output();
  while (!unsent.empty()) {
    const IoResult result = stream->write_some(unsent.data(), unsent.size());
    if (result.status == IoResult::Status::kAgain) {
      wait(Readiness::kWrite);
      return false;
    }
    if (result.status != IoResult::Status::kOk) {
      broken(result.error);
      return false;
    }
    unsent.erase(0, result.bytes);
  }
  return true;
}

bool ProxyTunnel::Run::read() {
  char buffer[4096];
  const std::size_t size = std::min(dialogue->wants(), sizeof buffer);
  const IoResult result = stream->read_some(buffer, size);
  switch (result.status) {
    case IoResult::Status::kOk:
      dialogue->received({buffer, result.bytes});
      return true;
    case IoResult::Status::kEnd:
      dialogue->ended();
      return true;
    case IoResult::Status::kAgain:
      wait(Readiness::kRead);
      return false;
    case IoResult::Status::kFailed:
      broken(result.error);
      return false;
  }
  return false;
}

void ProxyTunnel::Run::step() {
  using State = ProxyDialogue::State;
  for (int reads = 0; reads < kReadsInATurn; ++reads) {
    const State state = dialogue->state();
    if (state == State::kOpen || state == State::kFailed) return finish();
    if (state == State::kRefusing) be_patient();
    if (!write() || !read()) return;
  }
  post_step();
}

void ProxyTunnel::Run::post_step() {
  asio::post(loop, [weak = weak_from_this()] {
    const auto run = weak.lock();
    if (run && run->done) run->step();
  });
}

void ProxyTunnel::Run::wait(Readiness readiness) {
  stream->async_wait(readiness, [weak = weak_from_this()](std::error_code error) {
    const auto run = weak.lock();
    if (!run || !run->done) return;
    if (error) {
      run->broken(error);
    } else {
      run->step();
    }
  });
}

void ProxyTunnel::Run::be_patient() {
  if (std::exchange(patient, true)) return;
  patience.expires_after(kBodyPatience);
  patience.async_wait([weak = weak_from_this()](std::error_code cancelled) {
    const auto run = weak.lock();
    if (cancelled || !run || !run->done) return;
    run->dialogue->give_up();
    run->finish();
  });
}

void ProxyTunnel::Run::broken(std::error_code error) {
  // A refusal that came is worth more than the way the connection ended.
  dialogue->give_up();
  if (dialogue->state() != ProxyDialogue::State::kFailed) {
    failed = true;
    failure = {Stage::kProxy,
               "the connection to the proxy broke: " + stream->explain(error),
               stream->hint(error),
               {}};
  }
  finish();
}

void ProxyTunnel::Run::finish() {
  patience.cancel();
  Done handler = std::exchange(done, nullptr);
  if (failed) return handler(fail(failure));
  if (dialogue->state() == ProxyDialogue::State::kFailed) return handler(fail(dialogue->error()));
  handler(std::move(stream));
}

ProxyTunnel::ProxyTunnel(asio::io_context& loop, std::unique_ptr<Stream> stream,
                         std::unique_ptr<ProxyDialogue> dialogue)
    : run_(std::make_shared<Run>(loop, std::move(stream), std::move(dialogue))) {}

ProxyTunnel::~ProxyTunnel() {
  run_->done = nullptr;
  run_->patience.cancel();
}

void ProxyTunnel::start(Done done) {
  run_->done = std::move(done);
  run_->post_step();
}

bool ProxyTunnel::give_up() {
  const auto run = run_;  // `done` may destroy this
  if (!run->done || run->dialogue->state() != ProxyDialogue::State::kRefusing) return false;
  run->dialogue->give_up();
  run->finish();
  return true;
}

const ProxyDialogue& ProxyTunnel::dialogue() const { return *run_->dialogue; }

}  // namespace wscope::net
