// One loop, a connector with its events noted, and acceptors to dial: for the tests of net/.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/event_sink.h"
#include "base/options.h"
#include "net/acceptor.h"
#include "net/connector.h"
#include "net/url.h"

namespace test {

using wscope::Error;
using wscope::Result;
using wscope::Stage;
using StreamHandle = std::unique_ptr<wscope::net::Stream>;

/// Runs the loop until `ready` or, as a stop for broken code, ten seconds.
template <class Ready>
bool run_until(asio::io_context& loop, Ready ready) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!ready()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(50));
  }
  return true;
}

class NotedEvents : public wscope::EventSink {
 public:
  void on_resolved(const wscope::Resolved& event) override {
    resolved.emplace_back(event.host);
    addresses = event.addresses;
    note("resolved");
  }
  void on_connect_attempt(const wscope::ConnectAttempt& event) override {
    attempts.push_back(std::string(event.address) + (event.error.empty() ? "" : ": ") +
                       std::string(event.error));
    note("attempt");
  }
  void on_head(const wscope::Head& event) override {
    (event.direction == wscope::Direction::kSent ? proxy_sent : proxy_said) += event.head;
    note("proxy head");
  }
  void on_proxy_step(const wscope::ProxyStep& event) override {
    proxy_steps.emplace_back(event.text);
    note("proxy");
  }
  void on_tls(const wscope::TlsEstablished& event) override {
    tls = event;
    note("tls");
  }

  std::vector<std::string> resolved;
  std::vector<std::string> addresses;
  std::vector<std::string> attempts;
  std::vector<std::string> proxy_steps;
  std::string proxy_sent;  // heads
  std::string proxy_said;
  std::optional<wscope::TlsEstablished> tls;
  std::function<void(const std::string&)> on_note;

 private:
  void note(const std::string& kind) {
    if (on_note) on_note(kind);
  }
};

/// A client: its options, and what came of dialling.
struct Dialler {
  explicit Dialler(asio::io_context& event_loop) : loop(event_loop) {
    network.proxy = "";  // whatever the environment of the tests says
  }

  void start(const std::string& url) {
    if (!connector) connector.emplace(loop, network, contexts, events);
    outcome.reset();
    connector->start(*wscope::net::parse_url(url), [this](Result<StreamHandle> result) {
      ++calls;
      outcome = std::move(result);
    });
  }
  /// The outcome of the whole way; the stream stays in `stream`.
  std::optional<Error> dial(const std::string& url) {
    start(url);
    if (!run_until(loop, [this] { return outcome.has_value(); })) {
      return Error{Stage::kInternal, "still " + connector->stage_in_words(), {}, {}};
    }
    if (!*outcome) return outcome->error();
    stream = std::move(**outcome);
    return std::nullopt;
  }

  asio::io_context& loop;
  wscope::NetworkOptions network;
  wscope::TlsOptions tls;
  wscope::net::TlsContexts contexts{tls};
  NotedEvents events;
  std::optional<wscope::net::Connector> connector;
  std::optional<Result<StreamHandle>> outcome;
  StreamHandle stream;
  int calls = 0;
};

/// A listener that keeps what came.
struct Listener {
  explicit Listener(asio::io_context& loop, const wscope::TlsOptions& tls = {},
                    const std::string& address = "127.0.0.1:0", double handshake_timeout = 5) {
    auto opened = wscope::net::Acceptor::open(loop, address, tls, handshake_timeout);
    if (!opened) {
      error = opened.error();
      return;
    }
    acceptor = std::move(*opened);
    acceptor->start([this](StreamHandle stream) { streams.push_back(std::move(stream)); },
                    [this](Error failure) { failures.push_back(std::move(failure)); });
  }
  std::string port() const { return std::to_string(acceptor->port()); }

  std::unique_ptr<wscope::net::Acceptor> acceptor;
  std::optional<Error> error;
  std::vector<StreamHandle> streams;
  std::vector<Error> failures;
};

/// Writes all of `data` from one end and reads it at the other, on the one loop.
inline std::string carry(asio::io_context& loop, wscope::net::Stream& from, wscope::net::Stream& to,
                         const std::string& data) {
  using wscope::net::IoResult;
  using wscope::net::Readiness;
  std::size_t sent = 0;
  std::string got;
  std::string buffer(65536, '\0');
  bool reading = false;
  bool writing = false;
  bool broken = false;
  const auto done = [&] { return broken || (got.size() >= data.size() && !reading && !writing); };
  run_until(loop, [&] {
    while (!writing && sent < data.size()) {
      const IoResult result = from.write_some(data.data() + sent, data.size() - sent);
      if (result.status == IoResult::Status::kFailed) broken = true;
      if (result.status != IoResult::Status::kOk) {
        writing = !broken;
        if (writing) from.async_wait(Readiness::kWrite, [&](std::error_code) { writing = false; });
        break;
      }
      sent += result.bytes;
    }
    while (!reading && !broken && got.size() < data.size()) {
      const IoResult result = to.read_some(buffer.data(), buffer.size());
      if (result.status == IoResult::Status::kOk) {
        got.append(buffer, 0, result.bytes);
        continue;
      }
      broken = result.status != IoResult::Status::kAgain;
      reading = !broken;
      if (reading) to.async_wait(Readiness::kRead, [&](std::error_code) { reading = false; });
    }
    return done();
  });
  if (reading || writing) {
    from.cancel();
    to.cancel();
    run_until(loop, [&] { return !reading && !writing; });
  }
  return got;
}

/// Reads until something other than bytes comes.
inline wscope::net::IoResult read_to_end(asio::io_context& loop, wscope::net::Stream& stream,
                                         std::string& got) {
  using wscope::net::IoResult;
  IoResult result;
  std::string buffer(65536, '\0');
  bool waiting = false;
  run_until(loop, [&] {
    if (waiting) return false;
    for (;;) {
      result = stream.read_some(buffer.data(), buffer.size());
      if (result.status != IoResult::Status::kOk) break;
      got.append(buffer, 0, result.bytes);
    }
    if (result.status != IoResult::Status::kAgain) return true;
    waiting = true;
    stream.async_wait(wscope::net::Readiness::kRead, [&](std::error_code) { waiting = false; });
    return false;
  });
  return result;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace test
