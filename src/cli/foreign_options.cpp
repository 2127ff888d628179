#include "cli/foreign_options.h"

#include <iterator>

namespace wscope::cli {
namespace {

// clang-format off
constexpr ForeignOption kForeignOptions[] = {
  // --- what comes and goes: curl, websocat, wsdump
  {"1", "--count 1", "one answer, then the end"},
  {"one-message", "--count 1", "one answer, then the end"},
  {"max-messages", "--count"},
  {"data", "-x MSG"},
  {"d", "-x MSG"},
  {"message", "-x MSG"},
  {"send", "-x MSG"},
  {"preamble", "-x MSG -i"},
  {"text", "", "messages are text unless -b says otherwise"},
  {"base64", "--input base64", "or --output base64, for what is received"},
  {"raw", "--output raw"},
  {"r", "--output raw"},
  {"no-line", "--input raw", "bytes as they are read, as binary messages"},
  {"null-terminated", "--null"},
  {"linemode-zero-terminated", "--null"},
  {"linemode-strip-newlines", "", "a line is sent without its line end, always"},
  {"no-buffer", "", "each message is written as it comes, always"},
  {"N", "", "each message is written as it comes, always"},
  {"buffer-size", "--max-size"},
  {"B", "--max-size"},
  {"max-filesize", "--max-size"},
  {"max-ws-message-length", "--max-size"},
  {"timings", "--timestamps relative"},
  {"print-ping-rtts", "-P"},
  // --- the end
  {"eof-wait", "-w S"},
  {"no-close", "-w -1", "it waits until the server closes"},
  {"E", "--exit-on-close", "or -w 0, which closes as soon as the input ends"},
  {"exit-on-eof", "--exit-on-close", "or -w 0, which closes as soon as the input ends"},
  {"close-status-code", "'/close CODE' in the input, with --slash"},
  {"close-reason", "'/close CODE REASON' in the input, with --slash"},
  {"max-time", "--timeout"},
  {"m", "--timeout"},
  {"fail", "", "a refused upgrade has status 5, always"},
  {"f", "", "a refused upgrade has status 5, always"},
  // --- the handshake
  {"url", "-c URL"},
  {"uri", "-c URL"},
  {"user", "--auth"},
  {"u", "--auth"},
  {"basic-auth", "--auth"},
  {"basic", "--auth"},
  {"digest", "--auth", "a Digest challenge is answered, too"},
  {"anyauth", "--auth", "a Digest challenge is answered, too"},
  {"basic-auth-file", "--auth USER", "which asks for the password, or --netrc"},
  {"netrc-file", "--netrc", "the variable NETRC names its file"},
  {"oauth2-bearer", "--bearer"},
  {"token", "--bearer"},
  {"ua", "-A"},
  {"referer", "-H 'Referer: URL'"},
  {"request-header", "-H"},
  {"protocols", "-s NAME", "once for each"},
  {"subprotocols", "-s NAME", "once for each"},
  {"server-protocol", "-s NAME"},
  {"websocket-version", "-p"},
  {"max-redirs", "--max-redirects"},
  {"compressed", "", "compression is offered by default; see --deflate"},
  {"http1.1", "", "the handshake is HTTP/1.1, always"},
  // --- the network
  {"socks5", "--proxy socks5://HOST:PORT", "with socks5h:// the proxy resolves the name"},
  {"socks5-hostname", "--proxy socks5h://HOST:PORT"},
  {"socks4", "--proxy socks4://HOST:PORT"},
  {"socks4a", "--proxy socks4a://HOST:PORT"},
  {"proxy-user", "--proxy http://USER:PASS@HOST:PORT"},
  {"U", "--proxy http://USER:PASS@HOST:PORT"},
  {"socks5-user-pass", "--proxy socks5h://USER:PASS@HOST:PORT"},
  {"abstract-unix-socket", "--unix-socket @NAME"},
  {"ping-timeout", "--pong-timeout"},
  {"keepalive-time", "--ping-interval"},
  {"inhibit-pongs", "--no-pong"},
  {"retry", "--reconnect --reconnect-max N"},
  {"autoreconnect-delay-millis", "--reconnect"},
  // --- TLS
  {"nocert", "-k"},
  {"no-check-certificate", "-k"},
  {"no-verify", "-k"},
  {"skip-verify", "-k"},
  {"cacert", "--ca"},
  {"client-pkcs12-der", "--cert FILE --key FILE", "in PEM: openssl pkcs12 -nodes -in FILE"},
  {"client-pkcs12-passwd", "--passphrase"},
  {"pkcs12-der", "--cert FILE --key FILE", "in PEM: openssl pkcs12 -nodes -in FILE"},
  {"pkcs12-passwd", "--passphrase"},
  {"pinnedpubkey", "--pin"},
  {"proxy-cacert", "--proxy-ca"},
  {"sni", "--servername"},
  {"tls-domain", "--servername"},
  {"tls13-ciphers", "--ciphers"},
  {"tlsv1.2", "--tls-min 1.2"},
  {"tlsv1.3", "--tls-min 1.3"},
  {"ssl", "", "a URL that begins with wss:// means TLS"},
  // --- looking at it
  {"silent", "--quiet"},
  {"S", "", "errors are shown, always"},
  {"show-error", "", "errors are shown, always"},
  {"include", "-v"},
  {"dump-header", "-v"},
  {"debug", "-v or --trace"},
  {"trace-ascii", "--trace --trace-file FILE"},
  {"trace-time", "", "a trace has its times, always"},
  // --- the server
  {"server-mode", "--listen"},
  {"restrict-uri", "--path"},
  {"conncap", "--max-clients"},
};
// clang-format on

}  // namespace

ForeignOptions foreign_options() { return {kForeignOptions, std::size(kForeignOptions)}; }

std::string hint_for_foreign(std::string_view name) {
  for (const ForeignOption& option : kForeignOptions) {
    if (option.name != name) continue;
    if (option.instead.empty()) return std::string(option.note);
    std::string hint = "did you mean " + std::string(option.instead) + "?";
    return option.note.empty() ? hint : hint.append(" ").append(option.note);
  }
  return {};
}

}  // namespace wscope::cli
