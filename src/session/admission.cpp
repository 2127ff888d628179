#include "session/admission.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/byte_text.h"
#include "base/http_field.h"
#include "session/welcome_page.h"

namespace wscope::session {
namespace {

ws::ServerReply plain_reply(int status, std::string body) {
  ws::ServerReply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
  reply.body = std::move(body);
  return reply;
}

// Compares in the same time wherever the difference is: a client may measure.
bool equal_secret(std::string_view given, std::string_view expected) {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size() && !expected.empty(); ++i) {
    difference |= static_cast<unsigned char>(given[i]) ^
                  static_cast<unsigned char>(expected[i % expected.size()]);
  }
  return difference == 0;
}

/// What follows the scheme (RFC 9110 11.4); nothing where it is another one.
std::optional<std::string_view> credentials(std::string_view given, std::string_view scheme) {
  const auto space = given.find(' ');
  if (space == given.npos || !equal_ignoring_case(given.substr(0, space), scheme)) {
    return std::nullopt;
  }
  return trim_ows(given.substr(space));
}

std::optional<ws::ServerReply> ask_credentials(const HandshakeOptions& options,
                                               const ws::ServerRequest& request) {
  if (!options.auth && options.bearer.empty()) return std::nullopt;
  const std::string given = request.header("Authorization");
  const auto basic = credentials(given, "Basic");
  if (options.auth && basic && equal_secret(*basic, base64_of(*options.auth))) return std::nullopt;
  const auto bearer = credentials(given, "Bearer");
  if (!options.bearer.empty() && bearer && equal_secret(*bearer, options.bearer)) {
    return std::nullopt;
  }
  auto reply = plain_reply(401, "Credentials are needed.\n");
  const std::string scheme = options.auth ? "Basic" : "Bearer";
  reply.headers.emplace_back("WWW-Authenticate", scheme + " realm=\"wscope\"");
  return reply;
}

}  // namespace

std::optional<ws::ServerReply> refuse_client(const Options& options,
                                             const ws::ServerRequest& request,
                                             std::size_t clients_before) {
  const auto& listen = options.listen;
  if (!listen.path.empty() && request.target.substr(0, request.target.find('?')) != listen.path) {
    return plain_reply(404, "There is nothing at this path.\n");
  }
  if (auto reply = ask_credentials(options.handshake, request)) return reply;
  if (!request.is_upgrade) {
    if (request.method == "GET" || request.method == "HEAD") {
      ws::ServerReply page;
      page.status = 200;
      page.headers = {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"}};
      page.body = std::string(kWelcomePage);
      return page;
    }
    auto reply = plain_reply(426, "This is a WebSocket server.\n");
    reply.headers.emplace_back("Upgrade", "websocket");
    return reply;
  }
  const std::string origin = request.header("Origin");
  const auto& allowed = listen.allow_origin;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), origin) == allowed.end()) {
    return plain_reply(403, "This origin may not connect.\n");
  }
  if (listen.max_clients && clients_before >= *listen.max_clients) {
    return full_house();
  }
  return std::nullopt;
}

ws::ServerReply full_house() {
  auto reply = plain_reply(503, "All places are taken.\n");
  reply.headers.emplace_back("Retry-After", "5");
  return reply;
}

}  // namespace wscope::session
