#include "session/admission.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/byte_text.h"
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

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

// Compares in the same time wherever the difference is: a client may measure.
bool equal_secret(std::string_view given, std::string_view expected) {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size() && !expected.empty(); ++i) {
    difference |= static_cast<unsigned char>(given[i]) ^
                  static_cast<unsigned char>(expected[i % expected.size()]);
  }
  return difference == 0;
}

std::optional<ws::ServerReply> ask_credentials(const HandshakeOptions& options,
                                               const ws::ServerRequest& request) {
  if (!options.auth && options.bearer.empty()) return std::nullopt;
  const std::string given = request.header("Authorization");
  if (options.auth && equal_secret(given, "Basic " + base64_of(*options.auth))) {
    return std::nullopt;
  }
  if (!options.bearer.empty() && equal_secret(given, "Bearer " + options.bearer)) {
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
  if (!listen.path.empty() && path_of(request.target) != listen.path) {
    return plain_reply(404, "There is nothing at this path.\n");
  }
  if (auto reply = ask_credentials(options.handshake, request)) return reply;
  if (!request.is_upgrade) {
    if (request.method == "GET") {
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
