#include "ws/response_fields.h"

#include "base/ascii.h"
#include "base/escape.h"
#include "base/http_field.h"
#include "ws/custom_header.h"

namespace wscope::ws {
namespace {

constexpr const char* kHowTo = "with --listen -H 'Name: value' adds a header to the 101 response";

/// RFC 6455 4.2.2, items 5.2 to 5.6.
bool is_of_handshake(std::string_view name) {
  constexpr std::string_view kPrefix = "Sec-WebSocket-";
  return equal_ignoring_case(name, "Upgrade") || equal_ignoring_case(name, "Connection") ||
         equal_ignoring_case(name.substr(0, kPrefix.size()), kPrefix);
}

std::string_view name_of(std::string_view line) { return line.substr(0, line.find(':')); }

void put_field(std::string& head, const ResponseFields::value_type& field) {
  head.append(field.first).append(": ").append(field.second).append("\r\n");
}

}  // namespace

Result<ResponseFields> response_fields(const std::vector<std::string>& headers) {
  ResponseFields fields;
  for (const std::string& text : headers) {
    auto header = parse_custom_header(text);
    if (!header) return fail(Stage::kUsage, header.error().message, kHowTo);
    if (is_of_handshake(header->name)) {
      return fail(Stage::kUsage, "-H " + quoted(header->name) + ": the handshake sets this header",
                  "--subprotocol and --deflate say what a listening wscope agrees to");
    }
    if (header->value.empty()) {
      return fail(Stage::kUsage,
                  "-H " + quoted(header->name) + ": no value, and nothing to remove with --listen",
                  kHowTo);
    }
    fields.emplace_back(std::move(header->name), std::move(header->value));
  }
  return fields;
}

std::string add_fields(std::string_view head, const ResponseFields& fields) {
  std::string whole;
  std::vector<bool> placed(fields.size(), false);
  std::string_view rest = head;
  for (auto line = next_head_line(rest); line && !line->empty(); line = next_head_line(rest)) {
    bool replaced = false;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (!equal_ignoring_case(name_of(*line), fields[i].first)) continue;
      replaced = true;
      if (placed[i]) continue;
      placed[i] = true;
      put_field(whole, fields[i]);
    }
    if (!replaced) whole.append(*line).append("\r\n");
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!placed[i]) put_field(whole, fields[i]);
  }
  return whole + "\r\n";
}

}  // namespace wscope::ws
