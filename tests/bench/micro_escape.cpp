// micro_escape: a message made safe for a terminal, and as a JSON string.
#include "base/escape.h"
#include "micro.h"
#include "output/json_string.h"
#include "payload.h"

namespace {

std::vector<std::string> clean() { return bench::make_period(1024); }

// One byte in sixteen would drive a terminal.
std::vector<std::string> dirty() {
  std::vector<std::string> messages = bench::make_period(1024);
  for (std::string& message : messages) {
    for (std::size_t i = 0; i < message.size(); i += 16) {
      if (static_cast<unsigned char>(message[i]) < 0x80) message[i] = '\x1b';
    }
  }
  return messages;
}

using Append = void (*)(std::string& out, std::string_view text);

void run(const std::vector<std::string>& messages, Append append, std::size_t iterations) {
  std::string out;
  for (std::size_t i = 0; i < iterations; ++i) {
    out.clear();
    append(out, messages[i % messages.size()]);
    bench::use(out);
  }
}

void terminal(std::string& out, std::string_view text) { wscope::append_escaped(out, text); }

}  // namespace

int main(int argc, char** argv) {
  const Append json = wscope::output::append_json_string;
  return bench::micro_main(argc, argv,
                           {{"clean-1024", [](std::size_t n) { run(clean(), terminal, n); }},
                            {"dirty-1024", [](std::size_t n) { run(dirty(), terminal, n); }},
                            {"json-1024", [json](std::size_t n) { run(clean(), json, n); }}});
}
