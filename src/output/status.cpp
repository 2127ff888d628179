#include "output/status.h"

#include <string>

#include "base/error_lines.h"
#include "base/escape.h"
#include "output/info_table.h"
#include "output/words.h"

namespace wscope::output {

void Status::on_opened(const Opened& opened) {
  // A listener's notices tell of its clients. Who reads a log has been told of the attempts.
  if (opened.client != 0 || (!tells_lines() && (!opened.again || wishes_.quiet))) return;
  std::string text = "connected to " + std::string(opened.url);
  std::string agreed(opened.subprotocol);
  if (!opened.extensions.empty()) {
    if (!agreed.empty()) agreed += ", ";
    agreed += opened.extensions.substr(0, opened.extensions.find(';'));
  }
  if (!agreed.empty()) text += " (" + agreed + ")";
  tell(text);
}

void Status::on_closed(const Closed& closed) {
  if (tells_lines() && closed.client == 0) tell(closed_words(closed));
}

void Status::tell_control(std::string_view name, const Control& control) {
  if (!wishes_.ping_pong || wishes_.quiet) return;
  std::string text = control.direction == Direction::kSent ? "> " : "< ";
  if (control.client != 0) text += "client " + std::to_string(control.client) + " ";
  text += name;
  if (!control.data.empty()) text += " \"" + escaped(control.data, kOneLine) + "\"";
  if (control.round_trip) text += " (" + duration_words(*control.round_trip) + ")";
  tell(text);
}

void Status::on_error(const Error& error) {
  std::string lines = error_lines(error, err_.is_screen());
  if (lines.empty()) return;
  lines.insert(0, wishes_.palette.error);
  lines.insert(lines.size() - 1, wishes_.palette.reset);  // the colour ends before the line does
  err_.put(lines);
  err_.flush();
}

void Status::on_notice(std::string_view notice) {
  if (!wishes_.quiet) tell(notice);
}

void Status::on_info(const std::vector<InfoRow>& rows) {
  const auto columns = static_cast<std::size_t>(err_.columns());
  err_.put(info_table(rows, columns, wishes_.palette));
}

void Status::tell(std::string_view text) {
  const Palette& palette = wishes_.palette;
  std::string line(palette.faint);
  if (err_.is_screen()) {
    stamper_.append(line);
    append_escaped(line, text, kOneLine);
  } else {
    line += text;
  }
  line += palette.reset;
  line += '\n';
  err_.put(line);
}

}  // namespace wscope::output
