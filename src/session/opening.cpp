#include "session/opening.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <asio/post.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "ws/handshake_request.h"

namespace wscope::session {
namespace {

Result<std::string> random_nonce() {
  std::array<char, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return fail(Stage::kInternal, fmt::format("no random bytes: {}", std::strerror(errno)));
  }
  return std::string(bytes.data(), bytes.size());
}

Result<ws::HandshakeRequest> make_request(const net::Url& url, const HandshakeOptions& options) {
  std::optional<ws::DeflateOffer> offer;
  if (options.deflate) {
    auto parsed = ws::parse_deflate_option(options.deflate_parameters);
    if (!parsed) return fail(std::move(parsed.error()));
    offer = *parsed;
  }
  const auto nonce = random_nonce();
  if (!nonce) return fail(nonce.error());
  const ws::RequestTarget target{url.resource, url.authority(), url.user, url.password};
  return ws::write_request(target, options, offer, *nonce);
}

}  // namespace

Opening::Opening(asio::io_context& loop, const Options& options, EventSink& sink)
    : loop_(loop), options_(options), sink_(sink), deadline_(loop) {}

Opening::~Opening() { cancel(); }

void Opening::start(const net::Url& url, Done done) {
  url_ = url;
  done_ = std::move(done);
  // What can't be sent is told before anybody is bothered with it.
  auto request = make_request(url_, options_.handshake);
  if (!request) return finish(fail(std::move(request.error())));
  request_ = std::move(*request);
  deadline_.start(options_.network.connect_timeout, [this] { expired(); });
  connect();
}

RefusedUpgrade Opening::refused() const {
  RefusedUpgrade refused;
  if (!upgrade_ || !upgrade_->gate().head()) return refused;
  const auto& head = *upgrade_->gate().head();
  refused.status = head.status;
  // Retry-After as seconds (RFC 9110 10.2.3); a date is left to the back-off.
  if (const auto after = head.find("Retry-After")) {
    char* end = nullptr;
    const double seconds = std::strtod(after->c_str(), &end);
    if (end != after->c_str() && *end == '\0' && seconds >= 0) refused.retry_after = seconds;
  }
  return refused;
}

void Opening::cancel() {
  done_ = nullptr;
  deadline_.cancel();
  if (connector_) connector_->cancel();
  upgrade_.reset();
  if (stream_) stream_->cancel();
}

void Opening::connect() {
  connector_ = std::make_unique<net::Connector>(loop_, options_.network, options_.tls, sink_);
  connector_->start(url_, [this](Result<std::unique_ptr<net::Stream>> result) {
    if (!result) {
      finish(fail(std::move(result.error())));
      return;
    }
    upgrade(std::move(*result));
  });
}

void Opening::upgrade(std::unique_ptr<net::Stream> stream) {
  stream_ = std::move(stream);
  upgrade_ = std::make_unique<Upgrade>(*stream_, request_, sink_);
  upgrade_->start([this](Result<void> result) { upgraded(std::move(result)); });
}

void Opening::upgraded(Result<void> result) {
  const auto& gate = upgrade_->gate();
  if (!result) {
    Error error = std::move(result.error());
    if (!gate.begun() && !url_.secure && error.hint.empty()) {
      error.hint = "does it speak TLS there? try wss://";
    }
    return finish(fail(std::move(error)));
  }
  OpenedStream opened;
  opened.agreed = gate.agreed();
  opened.rest = std::string(gate.rest());
  opened.url = url_.display();
  opened.stream = std::move(stream_);
  finish(std::move(opened));
}

void Opening::expired() {
  const auto seconds = fmt::format("{:g} s", options_.network.connect_timeout);
  if (upgrade_) {
    // A refusal whose body stalls is a refusal all the same.
    if (upgrade_->gate().head() &&
        upgrade_->give_up(fmt::format("no more came within {}", seconds))) {
      return;
    }
    finish(fail(Stage::kTimeout,
                fmt::format("{} did not answer the upgrade within {}", url_.authority(), seconds),
                "--connect-timeout waits longer"));
    return;
  }
  const std::string stage = connector_ ? connector_->stage_in_words() : "connecting";
  connector_->cancel();
  finish(fail(Stage::kTimeout, fmt::format("{}: no success within {}", stage, seconds),
              "--connect-timeout waits longer"));
}

// From the loop, so that the callee may destroy the opening and its parts.
void Opening::finish(Result<OpenedStream> result) {
  if (!done_) return;
  deadline_.cancel();
  auto shared = std::make_shared<Result<OpenedStream>>(std::move(result));
  asio::post(loop_, [this, shared, weak = std::weak_ptr<bool>(alive_)] {
    if (weak.expired() || !done_) return;
    const auto done = std::exchange(done_, nullptr);
    done(std::move(*shared));
  });
}

}  // namespace wscope::session
