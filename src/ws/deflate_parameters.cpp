#include "ws/deflate_parameters.h"

#include <algorithm>
#include <vector>

#include "base/escape.h"
#include "ws/extension_list.h"

namespace wscope::ws {
namespace {

constexpr std::string_view kName = "permessage-deflate";
constexpr std::string_view kServerNoTakeover = "server_no_context_takeover";
constexpr std::string_view kClientNoTakeover = "client_no_context_takeover";
constexpr std::string_view kServerBits = "server_max_window_bits";
constexpr std::string_view kClientBits = "client_max_window_bits";
constexpr int kLargestWindow = 15;

/// The parameters of one permessage-deflate, offered or answered.
struct Parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_bits;
  bool has_client_bits = false;
  std::optional<int> client_bits;
};

using Parsed = tl::expected<Parameters, std::string>;

/// RFC 7692 7.1.2: a decimal integer without leading zeros between 8 and 15.
std::optional<int> window_bits(std::string_view text) {
  if (text == "8" || text == "9") return text.front() - '0';
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
    return 10 + (text[1] - '0');
  }
  return std::nullopt;
}

/// Names are at most 26 bytes where they are known; a hostile one is cut.
std::string shown(const ExtensionParameter& parameter) {
  if (!parameter.value) return quoted(parameter.name);
  return quoted(parameter.name + "=" + *parameter.value);
}

std::string set_flag(bool& flag, const ExtensionParameter& parameter) {
  if (flag) return shown(parameter) + " comes twice";
  if (parameter.value) return shown(parameter) + " must not have a value";
  flag = true;
  return {};
}

std::string set_bits(std::optional<int>& bits, const ExtensionParameter& parameter) {
  bits = window_bits(*parameter.value);
  return bits ? "" : shown(parameter) + " is not a window of 8 to 15 bits";
}

/// Takes one parameter over; returns what is wrong with it, "" when nothing is.
std::string take(Parameters& all, const ExtensionParameter& parameter, bool client_bits_optional) {
  if (parameter.name == kServerNoTakeover) {
    return set_flag(all.server_no_context_takeover, parameter);
  }
  if (parameter.name == kClientNoTakeover) {
    return set_flag(all.client_no_context_takeover, parameter);
  }
  if (parameter.name == kServerBits) {
    if (all.server_bits) return shown(parameter) + " comes twice";
    if (!parameter.value) return shown(parameter) + " needs a value";
    return set_bits(all.server_bits, parameter);
  }
  if (parameter.name == kClientBits) {
    if (all.has_client_bits) return shown(parameter) + " comes twice";
    all.has_client_bits = true;
    if (parameter.value) return set_bits(all.client_bits, parameter);
    return client_bits_optional ? "" : shown(parameter) + " needs a value";
  }
  return "unknown parameter " + shown(parameter);
}

/// RFC 7692 7.1: in an offer client_max_window_bits may stand without a value, in an answer not.
Parsed read_parameters(const Extension& extension, bool is_offer) {
  Parameters all;
  for (const ExtensionParameter& parameter : extension.parameters) {
    std::string wrong = take(all, parameter, is_offer);
    if (!wrong.empty()) return tl::unexpected(std::move(wrong));
  }
  return all;
}

tl::unexpected<Error> bad_answer(const std::string& what, std::string hint) {
  return fail(Stage::kHandshake, "the server's Sec-WebSocket-Extensions is not valid: " + what,
              std::move(hint));
}

/// An answer with this extension, which is not to be judged by an offer of ours.
tl::unexpected<Error> foreign_answer(const std::string& name, std::string_view sent) {
  const auto offered = parse_extension_list(sent);
  const bool asked =
      offered && std::any_of(offered->begin(), offered->end(),
                             [&name](const Extension& one) { return one.name == name; });
  // RFC 6455 4.1: an extension that was not offered fails the connection.
  if (!asked) return bad_answer("the extension " + quoted(name) + " was not offered", {});
  const std::string what =
      name == kName ? "permessage-deflate as it was offered" : "the extension " + quoted(name);
  return fail(Stage::kHandshake, "the server agreed to " + what + ", which wscope does not know",
              "it was offered by -H Sec-WebSocket-Extensions");
}

/// What an answer must not say, or must say, after this offer; "" when it fits.
std::string breaks_offer(const DeflateOffer& offer, const Parameters& answer) {
  // RFC 7692 7.1.1.1: a server accepts the parameter by including it in its answer.
  if (offer.server_no_context_takeover && !answer.server_no_context_takeover) {
    return "server_no_context_takeover was asked for and is not in the answer";
  }
  // RFC 7692 7.1.2.1: with the same or a smaller value than the offer's.
  if (offer.server_max_window_bits) {
    const std::string asked = std::to_string(*offer.server_max_window_bits);
    if (!answer.server_bits) {
      return "server_max_window_bits=" + asked + " was asked for and is not in the answer";
    }
    if (*answer.server_bits > *offer.server_max_window_bits) {
      return "server_max_window_bits=" + std::to_string(*answer.server_bits) +
             " is more than the " + asked + " that was asked for";
    }
  }
  if (!answer.has_client_bits) return {};
  // RFC 7692 7.1.2.2: not in an answer unless it was offered, and not above the offer.
  if (!offer.offer_client_max_window_bits) return "client_max_window_bits was not offered";
  if (offer.client_max_window_bits && *answer.client_bits > *offer.client_max_window_bits) {
    return "client_max_window_bits=" + std::to_string(*answer.client_bits) + " is more than the " +
           std::to_string(*offer.client_max_window_bits) + " that was offered";
  }
  return {};
}

DeflateAnswer agree(const Parameters& offered, const DeflateOffer& ours) {
  DeflateAnswer answer;
  DeflateAgreement& agreement = answer.agreement;
  agreement.level = ours.level;
  agreement.threshold = ours.threshold;
  agreement.own_no_context_takeover =
      offered.server_no_context_takeover || ours.server_no_context_takeover;
  agreement.peer_no_context_takeover =
      offered.client_no_context_takeover || ours.client_no_context_takeover;
  agreement.own_window_bits = std::min(offered.server_bits.value_or(kLargestWindow),
                                       ours.server_max_window_bits.value_or(kLargestWindow));
  // RFC 7692 7.1.2.2: a client that did not offer it can't be told to use a smaller window.
  std::optional<int> client_bits = offered.client_bits;
  if (offered.has_client_bits && ours.client_max_window_bits) {
    client_bits = std::min(client_bits.value_or(kLargestWindow), *ours.client_max_window_bits);
  }
  agreement.peer_window_bits = client_bits.value_or(kLargestWindow);

  answer.header = kName;
  if (agreement.own_no_context_takeover) answer.header.append("; ").append(kServerNoTakeover);
  if (agreement.peer_no_context_takeover) answer.header.append("; ").append(kClientNoTakeover);
  if (offered.server_bits || ours.server_max_window_bits) {
    answer.header.append("; server_max_window_bits=");
    answer.header += std::to_string(agreement.own_window_bits);
  }
  if (client_bits) answer.header += "; client_max_window_bits=" + std::to_string(*client_bits);
  return answer;
}

}  // namespace

std::string offer_header(const DeflateOffer& offer) {
  std::string header(kName);
  if (offer.server_no_context_takeover) header.append("; ").append(kServerNoTakeover);
  if (offer.client_no_context_takeover) header.append("; ").append(kClientNoTakeover);
  if (offer.server_max_window_bits) {
    header += "; server_max_window_bits=" + std::to_string(*offer.server_max_window_bits);
  }
  if (offer.offer_client_max_window_bits) {
    header.append("; ").append(kClientBits);
    if (offer.client_max_window_bits) header += "=" + std::to_string(*offer.client_max_window_bits);
  }
  return header;
}

std::optional<DeflateOffer> offer_from_header(std::string_view header, const DeflateOffer& ours) {
  const auto extensions = parse_extension_list(header);
  if (!extensions) return std::nullopt;
  std::optional<DeflateOffer> offer;
  for (const Extension& extension : *extensions) {
    if (extension.name != kName) continue;
    const Parsed given = read_parameters(extension, true);
    if (!given) continue;
    DeflateOffer one;
    one.server_no_context_takeover = given->server_no_context_takeover;
    one.client_no_context_takeover = given->client_no_context_takeover;
    one.server_max_window_bits = given->server_bits;
    one.offer_client_max_window_bits = given->has_client_bits;
    one.client_max_window_bits = given->client_bits;
    one.level = ours.level;
    one.threshold = ours.threshold;
    if (!offer) {
      offer = one;
      continue;
    }
    // The server picks one of them and does not say which: ask only for what all of them ask.
    const auto larger = [](std::optional<int> a, std::optional<int> b) {
      return a && b ? std::optional<int>(std::max(*a, *b)) : std::nullopt;
    };
    offer->server_no_context_takeover &= one.server_no_context_takeover;
    offer->client_no_context_takeover &= one.client_no_context_takeover;
    offer->server_max_window_bits =
        larger(offer->server_max_window_bits, one.server_max_window_bits);
    offer->client_max_window_bits =
        larger(offer->client_max_window_bits, one.client_max_window_bits);
    offer->offer_client_max_window_bits |= one.offer_client_max_window_bits;
  }
  return offer;
}

Result<std::optional<DeflateAgreement>> accept_deflate_answer(
    const std::optional<DeflateOffer>& offer, std::string_view answer, std::string_view sent) {
  const bool of_ours = offer && (sent.empty() || sent == offer_header(*offer));
  const char* hint = of_ours ? "--no-deflate connects without compression" : "";
  const auto extensions = parse_extension_list(answer);
  if (!extensions) return bad_answer(extensions.error(), hint);
  std::optional<DeflateAgreement> agreement;
  for (const Extension& extension : *extensions) {
    if (extension.name != kName || !offer) return foreign_answer(extension.name, sent);
    if (agreement) return bad_answer("permessage-deflate comes twice", hint);
    const Parsed parameters = read_parameters(extension, false);
    if (!parameters) return bad_answer(parameters.error(), hint);
    if (const std::string wrong = breaks_offer(*offer, *parameters); !wrong.empty()) {
      return bad_answer(wrong, hint);
    }
    agreement.emplace();
    agreement->level = offer->level;
    agreement->threshold = offer->threshold;
    agreement->own_window_bits =
        parameters->client_bits.value_or(offer->client_max_window_bits.value_or(kLargestWindow));
    agreement->peer_window_bits = parameters->server_bits.value_or(kLargestWindow);
    // RFC 7692 7.1.1.2: having offered it, we keep to it even where the answer does not ask.
    agreement->own_no_context_takeover =
        offer->client_no_context_takeover || parameters->client_no_context_takeover;
    agreement->peer_no_context_takeover = parameters->server_no_context_takeover;
  }
  return agreement;
}

std::optional<DeflateAnswer> answer_deflate_offer(std::string_view request_header,
                                                  const DeflateOffer& ours) {
  const auto extensions = parse_extension_list(request_header);
  if (!extensions) return std::nullopt;
  for (const Extension& extension : *extensions) {
    if (extension.name != kName) continue;
    // RFC 7692 7.1: an offer that is not valid is declined; the client's next one may be.
    if (const Parsed offered = read_parameters(extension, true)) return agree(*offered, ours);
  }
  return std::nullopt;
}

}  // namespace wscope::ws
