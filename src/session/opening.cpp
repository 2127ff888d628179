#include "session/opening.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/ascii.h"
#include "base/byte_text.h"
#include "base/cause.h"
#include "base/escape.h"
#include "base/http_field.h"
#include "base/mask_credentials.h"
#include "ws/handshake_request.h"

namespace wscope::session {
namespace {

constexpr std::uint64_t kLongestRetryAfter = 3600;
constexpr std::size_t kMostOfLocation = 100;

Result<std::string> random_nonce() {
  std::array<char, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return fail(Stage::kInternal, fmt::format("no random bytes: {}", cause_of(errno)));
  }
  return std::string(bytes.data(), bytes.size());
}

std::int64_t seconds_now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

Result<ws::HandshakeRequest> make_request(const net::Url& url, RequestPlan& plan) {
  const auto nonce = random_nonce();
  const auto client_nonce = random_nonce();
  if (!nonce || !client_nonce) return fail(nonce ? client_nonce.error() : nonce.error());
  auto planned = plan.request_to(url, seconds_now(), base64_of(*client_nonce));
  if (!planned) return fail(std::move(planned.error()));
  const HandshakeOptions& options = planned->options;
  std::optional<ws::DeflateOffer> offer;
  if (options.deflate) {
    auto parsed = ws::parse_deflate_option(options.deflate_parameters);
    if (!parsed) return fail(std::move(parsed.error()));
    offer = *parsed;
  }
  const ws::RequestTarget target{url.resource, url.authority(), planned->user, planned->password};
  return ws::write_request(target, options, offer, *nonce);
}

}  // namespace

Opening::Opening(asio::io_context& loop, const Options& options, EventSink& sink,
                 net::Connector& connector)
    : loop_(loop),
      options_(options),
      sink_(sink),
      chain_(options.handshake.max_redirects),
      deadline_(loop),
      connector_(connector) {}

Opening::~Opening() { cancel(); }

void Opening::start(const net::Url& url, std::optional<CookieJar> cookies, Done done) {
  url_ = url;
  done_ = std::move(done);
  begin(RequestPlan::create(options_.handshake, url_, std::move(cookies)));
}

std::optional<CookieJar> Opening::cookies() const {
  if (!plan_) return std::nullopt;
  return plan_->cookies();
}

// What can't be sent is told before anybody is bothered with it.
void Opening::begin(Result<RequestPlan> plan) {
  if (!plan) return finish(fail(std::move(plan.error())));
  plan_ = std::move(*plan);
  chain_.begin(url_, plan_->cookies_for(url_, seconds_now()));
  if (auto made = prepare(); !made) return finish(fail(std::move(made.error())));
  // Somebody may have to type a passphrase first: no server's time.
  if (auto asked = connector_.prepare(url_); !asked) return finish(fail(std::move(asked.error())));
  deadline_.start(options_.network.connect_timeout, [this] { expired(); });
  connect();
}

Result<void> Opening::prepare() {
  auto request = make_request(url_, *plan_);
  if (!request) return fail(std::move(request.error()));
  request_ = std::move(*request);
  const std::string where = url_.display();
  sink_.on_destination({where});
  return {};
}

// A proxy's status is told by the Error: whether it says the same another time.
RefusedUpgrade Opening::refused() const {
  RefusedUpgrade refused;
  std::string_view head = connector_.refusing_head();
  if (upgrade_ && upgrade_->gate().head()) {
    head = upgrade_->gate().head()->raw;
    refused.status = upgrade_->gate().head()->status;
  }
  // A date is left to the back-off.
  const auto after = find_field(head, "Retry-After");
  if (const auto seconds = delay_seconds(after.value_or(""), kLongestRetryAfter)) {
    refused.retry_after = static_cast<double>(*seconds);
  }
  return refused;
}

void Opening::cancel() {
  done_ = nullptr;
  deadline_.cancel();
  connector_.cancel();
  upgrade_.reset();
  if (stream_) stream_->cancel();
}

void Opening::connect() {
  connector_.start(
      url_,
      [this](Result<std::unique_ptr<net::Stream>> result) {
        if (!result) {
          finish(fail(std::move(result.error())));
          return;
        }
        upgrade(std::move(*result));
      },
      plan_->home(url_) ? net::Connector::Origin::kOfUser : net::Connector::Origin::kOther);
}

/// Some of the TLS options were for the first URL only: the hints of net/ name them all the same.
std::string Opening::tls_left_behind() const {
  if (!plan_ || plan_->home(url_)) return {};
  std::string names = options_.tls.server_name.empty() ? "" : "--servername";
  if (!options_.tls.cert_file.empty())
    names += (names.empty() ? "" : " and ") + std::string("--cert");
  return names.empty() ? names : names + " stayed behind at the redirect to another origin";
}

void Opening::upgrade(std::unique_ptr<net::Stream> stream) {
  stream_ = std::move(stream);
  upgrade_ = std::make_unique<Upgrade>(*stream_, request_, sink_);
  upgrade_->start([this](Result<void> result) { upgraded(std::move(result)); },
                  [this](const ws::ResponseHead& head) { return leads_on(head); });
}

/// The answer is no end of the matter: led_on_ says how it goes on.
bool Opening::leads_on(const ws::ResponseHead& head) {
  const bool follows = options_.handshake.follow_redirects && is_redirect(head.status) &&
                       head.find("Location").has_value();
  const bool answers = plan_->take_challenge(head, url_);
  if (!follows && !answers) return false;
  plan_->take_cookies(head, url_, seconds_now());
  led_on_ = follows ? take_redirect(head) : Result<void>();
  return true;
}

Result<void> Opening::take_redirect(const ws::ResponseHead& head) {
  const std::string location = head.find("Location").value_or("");
  // RFC 9110 5.3: not a list, so that there is no telling which of them is meant.
  for (const auto& [name, value] : head.headers) {
    if (!equal_ignoring_case(name, "Location") || value == location) continue;
    return fail(Stage::kHandshake,
                fmt::format("the server redirects to two places: Location is {} and {}",
                            quoted(masked_value(name, location), kMostOfLocation),
                            quoted(masked_value(name, value), kMostOfLocation)));
  }
  auto to = redirect_target(url_, location);
  if (!to) return fail(std::move(to.error()));
  const bool downgrade = url_.secure && !to->secure;
  if (downgrade && options_.tls.verify) {
    return fail(
        Stage::kHandshake,
        fmt::format("the server redirects from wss to {}, which is not encrypted", to->display()),
        "-k follows all the same");
  }
  const std::string shown = to->display();
  const bool leaves = plan_->home(url_) && !plan_->home(*to);
  const bool behind = leaves && (plan_->withholds(*to) || !options_.tls.cert_file.empty());
  sink_.on_redirected(
      {head.status, shown,
       behind ? "another origin: credentials and cookies stay behind" : std::string_view()});
  if (downgrade) sink_.on_notice(fmt::format("redirected from wss to {}: not encrypted", shown));
  auto added = chain_.add(head.status, *to, plan_->cookies_for(*to, seconds_now()));
  if (!added) return added;
  url_ = std::move(*to);
  return {};
}

// On a new connection: what is left of this one is a body nobody wants.
void Opening::go_on() {
  const Result<void> led = *std::exchange(led_on_, std::nullopt);
  if (!led) return finish(fail(led.error()));
  upgrade_.reset();
  stream_->cancel();
  stream_->close();
  stream_.reset();
  if (auto made = prepare(); !made) return finish(fail(std::move(made.error())));
  connect();
}

void Opening::upgraded(Result<void> result) {
  if (led_on_) return go_on();
  const auto& gate = upgrade_->gate();
  // For the next request, which --reconnect may send.
  if (gate.head()) plan_->take_cookies(*gate.head(), url_, seconds_now());
  if (!result) {
    Error error = std::move(result.error());
    if (!gate.begun() && !url_.secure && error.hint.empty()) {
      error.hint = "does it speak TLS there? try wss://";
    }
    if (gate.head()) {
      if (auto why = plan_->why_no_answer(*gate.head(), url_); !why.empty()) {
        error.hint = std::move(why);
      }
    }
    return finish(fail(std::move(error)));
  }
  OpenedStream opened;
  opened.agreed = gate.agreed();
  opened.rest = std::string(gate.rest());
  opened.url = url_.display();
  opened.host = url_.host;
  opened.home = plan_->home(url_);
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
    const auto& server = url_.unix_path.empty() ? url_.authority() : "unix:" + url_.unix_path;
    const auto what = upgrade_->gate().begun() ? "did not finish its answer to the upgrade"
                                               : "did not answer the upgrade";
    finish(fail(Stage::kTimeout, fmt::format("{} {} within {}", server, what, seconds),
                "--connect-timeout waits longer"));
    return;
  }
  if (connector_.give_up()) return;
  const std::string stage = connector_.stage_in_words();
  connector_.cancel();
  finish(fail(Stage::kTimeout, fmt::format("{}: no success within {}", stage, seconds),
              "--connect-timeout waits longer"));
}

// From the loop, so that the callee may destroy the opening and its parts.
void Opening::finish(Result<OpenedStream> result) {
  if (!done_) return;
  deadline_.cancel();
  if (!result && result.error().stage == Stage::kTls) {
    std::string& hint = result.error().hint;
    if (const std::string left = tls_left_behind(); !left.empty()) {
      hint += (hint.empty() ? "" : "; ") + left;
    }
  }
  if (!result && !chain_.empty()) {
    std::string& detail = result.error().detail;
    detail = chain_.in_words() + (detail.empty() ? "" : "\n") + detail;
  }
  auto shared = std::make_shared<Result<OpenedStream>>(std::move(result));
  asio::post(loop_, [this, shared, weak = std::weak_ptr<bool>(alive_)] {
    if (weak.expired() || !done_) return;
    const auto done = std::exchange(done_, nullptr);
    done(std::move(*shared));
  });
}

}  // namespace wscope::session
