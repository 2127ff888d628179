#include "base/temporary_folder.h"

#include <cstdlib>

namespace wscope {

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

}  // namespace wscope
