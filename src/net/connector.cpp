#include "net/connector.h"

#include <asio/post.hpp>
#include <chrono>
#include <utility>

#include "net/address_plan.h"
#include "net/address_race.h"
#include "net/error_words.h"
#include "net/name_lookup.h"
#include "net/tls_context.h"
#include "net/tls_handshake.h"

namespace wscope::net {

namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

}  // namespace

class Connector::Impl {
 public:
  Impl(asio::io_context& loop, const NetworkOptions& network, const TlsOptions& tls,
       EventSink& sink)
      : loop_(loop), network_(network), tls_(tls), sink_(sink) {}

  void start(const Url& url, Done done);
  ~Impl() { cancel(); }
  void cancel() {
    if (!run_) return;
    words_ = run_->words();
    run_->done = nullptr;  // told to a step that is calling the sink just now
    run_.reset();
  }
  std::string stage_in_words() const { return run_ ? run_->words() : words_; }

 private:
  /// One start(): dropped whole by cancel(), and with it every step under way.
  struct Run : std::enable_shared_from_this<Run> {
    Run(Impl& connector, const Url& to, Done handler)
        : impl(connector), url(to), done(std::move(handler)) {}

    Result<void> plan();
    void resolve();
    void race(std::vector<SocketAddress> addresses);
    void secure(std::unique_ptr<Stream> stream);
    void finish(Result<std::unique_ptr<Stream>> result);
    std::string words() const;

    Impl& impl;
    Url url;
    Done done;
    Destination destination;
    SourceBinding source;
    std::vector<SocketAddress> known;
    // The step under way is the last of these that is set.
    std::unique_ptr<NameLookup> lookup;
    std::unique_ptr<AddressRace> addresses;
    std::unique_ptr<TlsHandshake> handshake;
  };

  asio::io_context& loop_;
  const NetworkOptions& network_;
  const TlsOptions& tls_;
  EventSink& sink_;
  std::shared_ptr<TlsContext> context_;
  std::shared_ptr<Run> run_;
  std::string words_ = "connecting";  // of the run that was cancelled
};

void Connector::Impl::start(const Url& url, Done done) {
  cancel();
  run_ = std::make_shared<Run>(*this, url, std::move(done));
  const auto planned = run_->plan();
  asio::post(loop_, [weak = std::weak_ptr<Run>(run_), planned] {
    const auto run = weak.lock();
    if (!run) return;
    if (planned) {
      run->resolve();
    } else {
      run->finish(fail(planned.error()));
    }
  });
}

Result<void> Connector::Impl::Run::plan() {
  auto to = plan_destination(url, impl.network_);
  if (!to) return fail(to.error());
  destination = std::move(*to);
  auto binding = parse_interface(impl.network_.interface);
  if (!binding) return fail(binding.error());
  source = std::move(*binding);
  auto found = known_addresses(destination, impl.network_);
  if (!found) return fail(found.error());
  known = std::move(*found);
  if (url.secure && !impl.context_) {
    auto context = TlsContext::create(impl.tls_, TlsContext::Role::kClient);
    if (!context) return fail(context.error());
    impl.context_ = std::move(*context);
  }
  return {};
}

void Connector::Impl::Run::resolve() {
  if (!known.empty()) return race(interleave(std::move(known)));
  lookup = std::make_unique<NameLookup>(impl.loop_);
  const auto began = Steady::now();
  lookup->start(destination.host, destination.port, impl.network_.family,
                [this, began](Result<std::vector<SocketAddress>> found) {
                  const auto self = shared_from_this();
                  Resolved event;
                  event.host = destination.host;
                  event.display_host = destination.display_host;
                  event.seconds = seconds_since(began);
                  if (!found) {
                    const std::string& text = found.error().message;
                    event.error = std::string_view(text).substr(text.rfind(": ") + 2);
                    impl.sink_.on_resolved(event);
                    if (!done) return;
                    return finish(fail(found.error()));
                  }
                  auto ordered = interleave(std::move(*found));
                  for (const auto& address : ordered)
                    event.addresses.push_back(address.host_text());
                  impl.sink_.on_resolved(event);
                  if (!done) return;
                  race(std::move(ordered));
                });
}

void Connector::Impl::Run::race(std::vector<SocketAddress> candidates) {
  addresses = std::make_unique<AddressRace>(impl.loop_, impl.sink_, source);
  addresses->start(std::move(candidates), destination.shown(), "",
                   [this](Result<std::unique_ptr<Stream>> stream) {
                     const auto self = shared_from_this();
                     if (!stream || !url.secure) return finish(std::move(stream));
                     secure(std::move(*stream));
                   });
}

void Connector::Impl::Run::secure(std::unique_ptr<Stream> stream) {
  TlsPeer peer;
  peer.host = url.host;
  peer.is_ip = url.is_ip_literal;
  peer.shown = url.unix_path.empty() ? host_and_port(url.host, url.port) : destination.shown();
  handshake = std::make_unique<TlsHandshake>(impl.loop_, impl.context_, std::move(stream), peer);
  handshake->start([this](Result<TlsHandshake::Secured> secured) {
    const auto self = shared_from_this();
    if (!secured) return finish(fail(secured.error()));
    impl.sink_.on_tls(secured->established);
    if (!done) return;
    finish(std::move(secured->stream));
  });
}

void Connector::Impl::Run::finish(Result<std::unique_ptr<Stream>> result) {
  const auto self = shared_from_this();
  Done handler = std::exchange(done, nullptr);
  impl.words_ = words();
  impl.run_.reset();
  handler(std::move(result));  // may destroy the connector
}

std::string Connector::Impl::Run::words() const {
  if (handshake) return "TLS handshake with " + destination.shown();
  if (addresses) {
    const std::string pending = addresses->pending();
    return "connecting to " + (pending.empty() ? destination.shown() : pending);
  }
  if (lookup) return "resolving " + destination.host;
  return "connecting to " + destination.shown();
}

Connector::Connector(asio::io_context& loop, const NetworkOptions& network, const TlsOptions& tls,
                     EventSink& sink)
    : impl_(std::make_unique<Impl>(loop, network, tls, sink)) {}
Connector::~Connector() = default;

void Connector::start(const Url& url, Done done) { impl_->start(url, std::move(done)); }
void Connector::cancel() { impl_->cancel(); }
std::string Connector::stage_in_words() const { return impl_->stage_in_words(); }

}  // namespace wscope::net
