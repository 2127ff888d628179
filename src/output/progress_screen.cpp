#include "output/progress_screen.h"

#include <poll.h>
#include <unistd.h>

#include <string>

namespace wscope::output {
namespace {

constexpr std::string_view kBegin = "\r";
constexpr std::string_view kEraseToEnd = "\x1b[K";

}  // namespace

void ProgressScreen::print(std::string_view lines) {
  if (lines.empty()) return;
  std::string text;
  if (drawn_) text.append(kBegin).append(kEraseToEnd);
  drawn_ = false;
  lines_.print(text.append(lines));
}

void ProgressScreen::draw(std::string_view text) {
  if (!may_draw()) return;
  drawn_ = true;
  lines_.print(std::string(kBegin).append(text).append(kEraseToEnd));
}

void ProgressScreen::erase() {
  if (!drawn_ || !may_draw()) return;
  drawn_ = false;
  lines_.print(std::string(kBegin).append(kEraseToEnd));
}

bool ProgressScreen::may_draw() const {
  const pid_t owner = ::tcgetpgrp(fd_);
  if (owner >= 0 && owner != ::getpgrp()) return false;
  pollfd ready{fd_, POLLOUT, 0};
  return ::poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
}

}  // namespace wscope::output
