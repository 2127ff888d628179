#include "input/script_file.h"

#include <unistd.h>

#include "base/read_file.h"

namespace wscope::input {

Result<std::string> read_script_file(const std::string& path) {
  if (path == "-") return read_file(STDIN_FILENO, "the script on stdin");
  return read_file(path, "the script " + path);
}

}  // namespace wscope::input
