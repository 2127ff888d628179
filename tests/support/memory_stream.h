// MemoryStream: a net::Stream in memory whose peer is the test: bytes in, bytes out, faults on
// demand.
//
// The shared Wire outlives the stream. Reading yields what the test put into `incoming`, at most
// `read_chunk` bytes a call; writing goes to `outgoing`, at most `write_room` bytes in all until
// the test gives more. Operation number `fail_at` (reads and writes counted together) fails.
#pragma once

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "net/stream.h"

namespace wscope::test {

struct Wire {
  std::string incoming;
  std::string outgoing;
  bool peer_ended = false;
  std::error_code peer_error;
  std::size_t read_chunk = std::numeric_limits<std::size_t>::max();
  std::size_t write_room = std::numeric_limits<std::size_t>::max();
  std::optional<int> fail_at;
  int operations = 0;
  bool shut = false;
  bool closed = false;
  net::Stream::WaitHandler read_waiter;
  net::Stream::WaitHandler write_waiter;
  asio::io_context* loop = nullptr;

  /// Lets waits that became ready fire.
  void wake() {
    const bool readable = !incoming.empty() || peer_ended || peer_error;
    if (read_waiter && readable) fire(read_waiter, {});
    if (write_waiter && (write_room > 0 || peer_error)) fire(write_waiter, {});
  }
  void give(std::string_view bytes) {
    incoming.append(bytes);
    wake();
  }
  void end() {
    peer_ended = true;
    wake();
  }
  void fail(std::error_code error) {
    peer_error = error;
    wake();
  }
  void fire(net::Stream::WaitHandler& waiter, std::error_code error) const {
    asio::post(*loop, [handler = std::exchange(waiter, nullptr), error] { handler(error); });
  }
};

class MemoryStream : public net::Stream {
 public:
  MemoryStream(asio::io_context& loop, std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {
    wire_->loop = &loop;
  }
  ~MemoryStream() override { cancel(); }

  net::IoResult read_some(char* data, std::size_t size) override {
    if (faulty()) return failure(std::make_error_code(std::errc::connection_reset));
    if (wire_->incoming.empty()) {
      if (wire_->peer_error) return failure(wire_->peer_error);
      return {
          wire_->peer_ended ? net::IoResult::Status::kEnd : net::IoResult::Status::kAgain, 0, {}};
    }
    const std::size_t count = std::min({size, wire_->incoming.size(), wire_->read_chunk});
    std::copy_n(wire_->incoming.data(), count, data);
    wire_->incoming.erase(0, count);
    return {net::IoResult::Status::kOk, count, {}};
  }
  net::IoResult write_some(const char* data, std::size_t size) override {
    if (faulty()) return failure(std::make_error_code(std::errc::broken_pipe));
    if (wire_->peer_error) return failure(wire_->peer_error);
    const std::size_t count = std::min(size, wire_->write_room);
    if (count == 0) return {};
    wire_->outgoing.append(data, count);
    wire_->write_room -= count;
    return {net::IoResult::Status::kOk, count, {}};
  }
  net::IoResult shutdown_send() override {
    wire_->shut = true;
    return {net::IoResult::Status::kOk, 0, {}};
  }
  void async_wait(net::Readiness readiness, WaitHandler handler) override {
    (readiness == net::Readiness::kRead ? wire_->read_waiter : wire_->write_waiter) =
        std::move(handler);
    // A fault to come must be met also where nothing else happens.
    if (wire_->fail_at) wire_->wake();
    wire_->wake();
  }
  void cancel() override {
    const auto aborted = std::make_error_code(std::errc::operation_canceled);
    if (wire_->read_waiter) wire_->fire(wire_->read_waiter, aborted);
    if (wire_->write_waiter) wire_->fire(wire_->write_waiter, aborted);
  }
  void close() override { wire_->closed = true; }
  std::string local_address() const override { return "memory:local"; }
  std::string peer_address() const override { return "memory:peer"; }

 private:
  bool faulty() { return ++wire_->operations == wire_->fail_at.value_or(-1); }
  static net::IoResult failure(std::error_code error) {
    return {net::IoResult::Status::kFailed, 0, error};
  }

  std::shared_ptr<Wire> wire_;
};

}  // namespace wscope::test
