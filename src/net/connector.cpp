#include "net/connector.h"

#include <asio/post.hpp>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "net/address_plan.h"
#include "net/address_race.h"
#include "net/host_name.h"
#include "net/name_lookup.h"
#include "net/proxy_choice.h"
#include "net/proxy_http.h"
#include "net/proxy_socks.h"
#include "net/proxy_tunnel.h"
#include "net/tls_contexts.h"
#include "net/tls_handshake.h"

namespace wscope::net {

namespace {

using Steady = std::chrono::steady_clock;
using Addresses = std::vector<SocketAddress>;
using StreamHandle = std::unique_ptr<Stream>;

double seconds_since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

/// Steps are shown behind the word "proxy", with which some errors begin.
std::string step_in_words(const std::string& error) {
  static constexpr std::string_view kProxy = "proxy ";
  return error.compare(0, kProxy.size(), kProxy) == 0 ? error.substr(kProxy.size()) : error;
}

std::string tls_in_words(const std::string& peer, const TlsEstablished& tls) {
  return "TLS with " + peer + ": " + tls.version + " " + tls.cipher + ", certificate " +
         tls.subject + ", " + (tls.verified ? "verified" : tls.verify_note);
}

}  // namespace

class Connector::Impl {
 public:
  Impl(asio::io_context& loop, const NetworkOptions& network, TlsContexts& tls, EventSink& sink)
      : loop_(loop), network_(network), tls_(tls), sink_(sink) {}
  ~Impl() { cancel(); }

  Result<void> prepare(const Url& url);
  void start(const Url& url, Done done, Origin origin);
  void cancel();
  bool give_up();
  const std::string& refusing_head() const { return refusing_head_; }
  std::string stage_in_words() const;

 private:
  struct Dial;

  asio::io_context& loop_;
  const NetworkOptions& network_;
  TlsContexts& tls_;
  EventSink& sink_;
  std::shared_ptr<Dial> dial_;
  std::string words_ = "connecting";  // of the dial that is over
  std::string refusing_head_;
};

/// One start(): dropped whole by cancel(), and with it every step under way. A step calls its
/// handler last, so a handler may end the step, the dial and the connector.
struct Connector::Impl::Dial : std::enable_shared_from_this<Dial> {
  using Found = std::function<void(Addresses)>;

  Dial(Impl& connector, const Url& to, Origin whose, Done handler)
      : impl(connector), url(to), origin(whose), done(std::move(handler)) {}

  Result<void> plan();
  Result<void> plan_proxy();
  Result<void> plan_tls();
  void begin();
  void find(const Destination& what, Found found);
  void unresolved(const Destination& what, Error error);
  void found_targets(Addresses addresses);
  void reach(Addresses addresses);
  void secure_proxy(StreamHandle stream);
  void tunnel(StreamHandle stream);
  void secure_server(StreamHandle stream);
  void finish(Result<StreamHandle> result);
  void finish_at_proxy(Error error, Stage stage);
  std::string words() const;

  Impl& impl;
  Url url;
  Origin origin;
  Done done;  // empty: cancelled from within an event
  Destination destination;
  std::optional<Proxy> proxy;
  Destination hop;  // where the socket goes: the destination or the proxy
  Addresses hop_addresses;
  SourceBinding source;
  std::shared_ptr<TlsContext> server_context;
  std::shared_ptr<TlsContext> proxy_context;
  std::vector<std::string> targets;  // what the proxy is asked for, one after the other
  std::size_t target = 0;
  std::vector<std::string> refusals;  // of the targets before

  std::string doing;
  std::unique_ptr<NameLookup> lookup;
  std::unique_ptr<AddressRace> race;
  std::unique_ptr<TlsHandshake> handshake;
  std::unique_ptr<ProxyTunnel> talk;
};

Result<void> Connector::Impl::prepare(const Url& url) {
  return Dial(*this, url, Origin::kOfUser, {}).plan();
}

void Connector::Impl::start(const Url& url, Done done, Origin origin) {
  cancel();
  refusing_head_.clear();
  dial_ = std::make_shared<Dial>(*this, url, origin, std::move(done));
  const auto planned = dial_->plan();
  asio::post(loop_, [weak = std::weak_ptr<Dial>(dial_), planned] {
    const auto dial = weak.lock();
    if (!dial || !dial->done) return;
    if (planned) {
      dial->begin();
    } else {
      dial->finish(fail(planned.error()));
    }
  });
}

void Connector::Impl::cancel() {
  if (!dial_) return;
  words_ = dial_->words();
  dial_->done = nullptr;  // told to a step that is calling the sink just now
  dial_.reset();
}

bool Connector::Impl::give_up() {
  const auto dial = dial_;
  return dial && dial->talk && dial->talk->give_up();
}

std::string Connector::Impl::stage_in_words() const { return dial_ ? dial_->words() : words_; }

// --- the plan ----------------------------------------------------------------------------------

Result<void> Connector::Impl::Dial::plan() {
  auto to = plan_destination(url, impl.network_);
  if (!to) return fail(to.error());
  hop = destination = std::move(*to);
  doing = "connecting to " + destination.shown();
  auto binding = parse_interface(impl.network_.interface);
  if (!binding) return fail(binding.error());
  source = std::move(*binding);
  if (auto planned = plan_proxy(); !planned) return planned;
  // Only to hear of a malformed option before a passphrase is asked for.
  if (auto known = known_addresses(hop, impl.network_); !known) return fail(known.error());
  return plan_tls();
}

Result<void> Connector::Impl::Dial::plan_proxy() {
  auto chosen =
      choose_proxy(url, impl.network_, [](const char* name) { return std::getenv(name); });
  if (!chosen) return fail(chosen.error());
  proxy = std::move(*chosen);
  if (!proxy) return {};
  hop = {};
  hop.host = proxy->host;
  hop.zone = proxy->zone;
  hop.is_ip = proxy->is_ip;
  hop.port = proxy->port;
  return {};
}

Result<void> Connector::Impl::Dial::plan_tls() {
  if (proxy && proxy->kind == Proxy::Kind::kHttps) {
    auto context = impl.tls_.for_proxy();
    if (!context) return fail(context.error());
    proxy_context = std::move(*context);
  }
  if (url.secure) {
    auto context =
        origin == Origin::kOfUser ? impl.tls_.for_server() : impl.tls_.for_other_server();
    if (!context) return fail(context.error());
    server_context = std::move(*context);
  }
  return {};
}

// --- names -------------------------------------------------------------------------------------

void Connector::Impl::Dial::begin() {
  const auto to_hop = [this](Addresses addresses) {
    hop_addresses = std::move(addresses);
    reach(hop_addresses);
  };
  if (!proxy) return find(hop, to_hop);
  if (proxy->resolves_names()) {
    targets = {destination.host};
    return find(hop, to_hop);
  }
  find(destination, [this](Addresses addresses) { found_targets(std::move(addresses)); });
}

/// socks4 and socks5: the proxy is given addresses, which were found here.
void Connector::Impl::Dial::found_targets(Addresses addresses) {
  for (const SocketAddress& address : addresses) {
    if (proxy->kind == Proxy::Kind::kSocks4 && address.family() != AF_INET) continue;
    targets.push_back(address.host_text());
  }
  if (targets.empty()) {
    return finish_at_proxy({{},
                            "can't reach " + destination.shown() + " through proxy " + hop.shown() +
                                ": it has no IPv4 address, and SOCKS4 knows no others",
                            "socks5:// knows IPv6, too",
                            {},
                            false},
                           Stage::kProxy);
  }
  find(hop, [this](Addresses found) {
    hop_addresses = std::move(found);
    reach(hop_addresses);
  });
}

void Connector::Impl::Dial::find(const Destination& what, Found found) {
  auto known = known_addresses(what, impl.network_);
  if (!known) return finish(fail(known.error()));
  if (!known->empty()) return found(interleave(std::move(*known)));

  doing = "resolving " + what.host;
  lookup = std::make_unique<NameLookup>(impl.loop_);
  lookup->start(
      what.host, what.port, impl.network_.family,
      [this, what, began = Steady::now(), found = std::move(found)](Result<Addresses> answer) {
        const auto self = shared_from_this();
        Resolved event;
        event.host = what.host;
        event.display_host = what.display_host;
        event.seconds = seconds_since(began);
        if (!answer) {
          const std::string_view text = answer.error().message;
          event.error = text.substr(text.rfind(": ") + 2);
          impl.sink_.on_resolved(event);
          if (done) unresolved(what, std::move(answer.error()));
          return;
        }
        const Addresses ordered = interleave(std::move(*answer));
        for (const auto& address : ordered) event.addresses.push_back(address.host_text());
        impl.sink_.on_resolved(event);
        if (done) found(ordered);
      });
}

void Connector::Impl::Dial::unresolved(const Destination& what, Error error) {
  if (!what.display_host.empty()) {
    const std::string both = what.display_host + " (" + what.host + ")";
    error.message.replace(error.message.find(what.host), what.host.size(), both);
  }
  if (!proxy) return finish(fail(std::move(error)));
  if (what.host != proxy->host) {
    const bool socks5 = proxy->kind == Proxy::Kind::kSocks5;
    error.hint += (error.hint.empty() ? "" : "; ") + std::string(socks5 ? "socks5h" : "socks4a") +
                  ":// lets the proxy resolve it";
    return finish(fail(std::move(error)));
  }
  static constexpr std::string_view kBegin = "can't resolve ";
  error.message.insert(kBegin.size(), "proxy ");
  finish_at_proxy(std::move(error), Stage::kProxy);
}

// --- the connection ----------------------------------------------------------------------------

void Connector::Impl::Dial::reach(Addresses addresses) {
  doing = (proxy ? "connecting to proxy " : "connecting to ") + hop.shown();
  race = std::make_unique<AddressRace>(impl.loop_, impl.sink_, source);
  race->start(std::move(addresses), hop.shown(), proxy ? "proxy " : "",
              [this](Result<StreamHandle> stream) {
                const auto self = shared_from_this();
                if (!stream) {
                  if (proxy) return finish_at_proxy(stream.error(), Stage::kProxy);
                  return finish(std::move(stream));
                }
                if (!proxy) return secure_server(std::move(*stream));
                if (proxy->kind == Proxy::Kind::kHttps) return secure_proxy(std::move(*stream));
                tunnel(std::move(*stream));
              });
}

void Connector::Impl::Dial::secure_proxy(StreamHandle stream) {
  race.reset();
  TlsPeer peer;
  peer.host = proxy->host;
  peer.is_ip = proxy->is_ip;
  peer.shown = "proxy " + hop.shown();
  peer.role = TlsPeer::Role::kProxy;
  doing = "TLS handshake with " + peer.shown;
  handshake = std::make_unique<TlsHandshake>(impl.loop_, proxy_context, std::move(stream), peer);
  handshake->start([this, shown = peer.shown](Result<TlsHandshake::Secured> secured) {
    const auto self = shared_from_this();
    if (!secured) return finish_at_proxy(secured.error(), Stage::kTls);
    const std::string text = tls_in_words(shown, secured->established);
    impl.sink_.on_proxy_step({text, secured->established.seconds});
    if (done) tunnel(std::move(secured->stream));
  });
}

void Connector::Impl::Dial::tunnel(StreamHandle stream) {
  race.reset();
  const std::string& host = targets[target];
  const bool http = proxy->kind == Proxy::Kind::kHttp || proxy->kind == Proxy::Kind::kHttps;
  const std::string shown = host_and_port(host, destination.port);
  doing = "waiting for proxy " + hop.shown() + " to connect to " + shown;
  talk =
      std::make_unique<ProxyTunnel>(impl.loop_, std::move(stream),
                                    http ? connect_dialogue(*proxy, shown)
                                         : socks_dialogue(*proxy, host, destination.port, shown));
  if (http) impl.sink_.on_head({Direction::kSent, talk->dialogue().request_head()});
  if (!done) return;
  talk->start([this, began = Steady::now()](Result<StreamHandle> opened) {
    const auto self = shared_from_this();
    if (const std::string& head = talk->dialogue().response_head(); !head.empty()) {
      impl.sink_.on_head({Direction::kReceived, head});
      if (!done) return;
    }
    if (opened) {
      impl.sink_.on_proxy_step({talk->dialogue().outcome(), seconds_since(began)});
      if (done) secure_server(std::move(*opened));
      return;
    }
    impl.sink_.on_proxy_step({step_in_words(opened.error().message), seconds_since(began)});
    if (!done) return;
    if (talk->dialogue().address_at_fault() && ++target < targets.size()) {
      refusals.push_back(opened.error().message);
      return reach(hop_addresses);  // a SOCKS connection serves one request
    }
    impl.refusing_head_ = talk->dialogue().response_head();
    Error error = std::move(opened.error());
    for (auto refusal = refusals.rbegin(); refusal != refusals.rend(); ++refusal) {
      error.message.insert(0, *refusal + "; ");
    }
    const Stage stage = error.stage;
    finish_at_proxy(std::move(error), stage);
  });
}

void Connector::Impl::Dial::secure_server(StreamHandle stream) {
  race.reset();
  if (!url.secure) return finish(std::move(stream));
  TlsPeer peer;
  peer.host = url.host;
  peer.is_ip = url.is_ip_literal;
  peer.shown = url.unix_path.empty() ? host_and_port(url.host, url.port) : destination.shown();
  doing = "TLS handshake with " + peer.shown;
  handshake = std::make_unique<TlsHandshake>(impl.loop_, server_context, std::move(stream), peer);
  handshake->start([this](Result<TlsHandshake::Secured> secured) {
    const auto self = shared_from_this();
    if (!secured) return finish(fail(secured.error()));
    impl.sink_.on_tls(secured->established);
    if (done) finish(std::move(secured->stream));
  });
}

void Connector::Impl::Dial::finish(Result<StreamHandle> result) {
  const auto self = shared_from_this();
  Done handler = std::exchange(done, nullptr);
  impl.words_ = words();
  impl.dial_.reset();
  handler(std::move(result));  // may destroy the connector
}

void Connector::Impl::Dial::finish_at_proxy(Error error, Stage stage) {
  error.stage = stage;
  if (proxy->origin != "--proxy") {
    error.hint += (error.hint.empty() ? "" : "; ") + ("the proxy is that of $" + proxy->origin) +
                  ", --proxy '' goes without";
  }
  finish(fail(std::move(error)));
}

std::string Connector::Impl::Dial::words() const {
  if (!race) return doing;
  const std::string pending = race->pending();
  return pending.empty() ? doing : "connecting to " + pending;
}

Connector::Connector(asio::io_context& loop, const NetworkOptions& network, TlsContexts& tls,
                     EventSink& sink)
    : impl_(std::make_unique<Impl>(loop, network, tls, sink)) {}
Connector::~Connector() = default;

Result<void> Connector::prepare(const Url& url) { return impl_->prepare(url); }

void Connector::start(const Url& url, Done done, Origin origin) {
  impl_->start(url, std::move(done), origin);
}
void Connector::cancel() { impl_->cancel(); }
bool Connector::give_up() { return impl_->give_up(); }
const std::string& Connector::refusing_head() const { return impl_->refusing_head(); }
std::string Connector::stage_in_words() const { return impl_->stage_in_words(); }

}  // namespace wscope::net
