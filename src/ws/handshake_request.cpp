#include "ws/handshake_request.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

// OpenSSL belongs to src/net alone. This header of websocketpp is a stand-alone SHA-1: it includes
// nothing (not even <cstdlib>, for size_t) and brings no part of the engine.
#include <websocketpp/sha1/sha1.hpp>

#include "base/ascii.h"
#include "base/byte_text.h"
#include "base/escape.h"
#include "base/http_field.h"
#include "ws/custom_header.h"
#include "ws/subprotocol_list.h"

namespace wscope::ws {
namespace {

struct Field {
  std::string name;
  std::string value;
};

tl::unexpected<Error> usage(std::string message, std::string hint = {}) {
  return fail(Stage::kUsage, std::move(message), std::move(hint));
}

/// The value of Authorization; "" when there are no credentials. The options win over the URL.
Result<std::string> authorization(const RequestTarget& target, const HandshakeOptions& options) {
  if (options.auth && !options.bearer.empty()) {
    return usage("--auth and --bearer can't be used together: both are Authorization");
  }
  if (!options.bearer.empty()) return "Bearer " + options.bearer;
  if (options.auth) {
    if (has_control(*options.auth)) {  // RFC 7617 section 2
      return usage("--auth: a user name or password can't have a control character");
    }
    const bool has_password = options.auth->find(':') != std::string::npos;
    return "Basic " + base64_of(*options.auth + (has_password ? "" : ":"));
  }
  if (!target.user) return std::string();
  if (target.user->find(':') != std::string::npos) {  // RFC 7617 section 2
    return usage("the user name in the URL contains a colon, which Basic authentication can't say");
  }
  if (has_control(*target.user) || has_control(target.password)) {  // .netrc may say so
    return usage("the user name or password has a control character, which can't be sent");
  }
  return "Basic " + base64_of(*target.user + ":" + target.password);
}

/// What wscope sends by itself, in its order; a value of nothing leaves the header out.
Result<std::vector<Field>> own_fields(const RequestTarget& target, const HandshakeOptions& options,
                                      const std::optional<DeflateOffer>& deflate,
                                      std::string_view nonce) {
  auto subprotocols = subprotocol_list(options.subprotocols);
  if (!subprotocols) return fail(std::move(subprotocols.error()));
  auto credentials = authorization(target, options);
  if (!credentials) return fail(std::move(credentials.error()));
  std::string cookies;
  for (const std::string& cookie : options.cookies)
    cookies += (cookies.empty() ? "" : "; ") + cookie;

  std::vector<Field> fields;
  fields.push_back({"Host", options.host.empty() ? target.authority : options.host});
  fields.push_back({"Upgrade", "websocket"});
  fields.push_back({"Connection", "Upgrade"});
  fields.push_back({"Sec-WebSocket-Key", base64_of(nonce)});
  fields.push_back({"Sec-WebSocket-Version", std::to_string(options.version)});
  const auto add = [&fields](std::string name, std::string value) {
    if (!value.empty()) fields.push_back({std::move(name), std::move(value)});
  };
  add("Sec-WebSocket-Protocol", std::move(*subprotocols));
  add("Sec-WebSocket-Extensions", deflate ? offer_header(*deflate) : "");
  add("Origin", options.origin);
  add("Authorization", std::move(*credentials));
  add("Cookie", std::move(cookies));
  add("User-Agent", options.user_agent.value_or("wscope/" WSCOPE_VERSION));
  for (const Field& field : fields) {
    if (const auto checked = check_header_value(field.name, field.value); !checked) {
      return fail(checked.error());
    }
  }
  return fields;
}

bool same_name(const CustomHeader& a, const Field& b) {
  return equal_ignoring_case(a.name, b.name);
}

/// Own fields with those of -H in their places, then the other -H in the order given.
std::vector<Field> merge(const std::vector<Field>& own, const std::vector<CustomHeader>& custom) {
  std::vector<Field> merged;
  for (const Field& field : own) {
    bool replaced = false;
    for (const CustomHeader& header : custom) {
      if (!same_name(header, field)) continue;
      replaced = true;
      if (!header.removes) merged.push_back({header.name, header.value});
    }
    if (!replaced) merged.push_back(field);
  }
  for (const CustomHeader& header : custom) {
    const bool placed = std::any_of(
        own.begin(), own.end(), [&header](const Field& field) { return same_name(header, field); });
    if (!placed && !header.removes) merged.push_back({header.name, header.value});
  }
  return merged;
}

/// All values of a field joined by ", "; nothing when it is not sent.
std::optional<std::string> sent_value(const std::vector<Field>& fields, std::string_view name) {
  std::optional<std::string> joined;
  for (const Field& field : fields) {
    if (!equal_ignoring_case(field.name, name)) continue;
    joined = joined ? *joined + ", " + field.value : field.value;
  }
  return joined;
}

}  // namespace

// RFC 6455 4.2.2, item 5.4.
std::string accept_for_key(std::string_view key) {
  std::string text(key);
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char hash[20];
  websocketpp::sha1::calc(text.data(), text.size(), hash);
  return base64_of(std::string_view(reinterpret_cast<const char*>(hash), sizeof hash));
}

Result<HandshakeRequest> write_request(const RequestTarget& target, const HandshakeOptions& options,
                                       const std::optional<DeflateOffer>& deflate,
                                       std::string_view nonce) {
  // RFC 9112 3.2: no white space in a request target; a control character is as surely a mistake.
  const bool breaks_target =
      std::any_of(target.resource.begin(), target.resource.end(),
                  [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
  if (breaks_target) {
    return usage("the path of the URL contains a space or a control character",
                 "write a space as %20");
  }
  std::vector<CustomHeader> custom;
  for (const std::string& text : options.headers) {
    auto header = parse_custom_header(text);
    if (!header) return fail(std::move(header.error()));
    custom.push_back(std::move(*header));
  }
  const auto own = own_fields(target, options, deflate, nonce);
  if (!own) return fail(own.error());
  const std::vector<Field> fields = merge(*own, custom);

  HandshakeRequest request;
  request.head = "GET " + (target.resource.empty() ? "/" : target.resource) + " HTTP/1.1\r\n";
  for (const Field& field : fields) {
    request.head += field.name;
    request.head += field.value.empty() ? ":" : ": ";
    request.head += field.value;
    request.head += "\r\n";
  }
  request.head += "\r\n";
  // What the answer is judged by is what was sent, be it by -H.
  request.key = sent_value(fields, "Sec-WebSocket-Key").value_or("");
  if (const auto protocols = sent_value(fields, "Sec-WebSocket-Protocol")) {
    for (const std::string_view name : split_list(*protocols)) {
      request.subprotocols.emplace_back(name);
    }
  }
  if (const auto extensions = sent_value(fields, "Sec-WebSocket-Extensions")) {
    request.extensions = *extensions;
    const DeflateOffer ours = deflate.value_or(DeflateOffer{});
    request.deflate = deflate && *extensions == offer_header(*deflate)
                          ? deflate
                          : offer_from_header(*extensions, ours);
  }
  return request;
}

}  // namespace wscope::ws
