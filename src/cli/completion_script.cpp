#include "cli/completion_script.h"

namespace wscope::cli {

std::string completion_script(std::string_view) { return ""; }

}  // namespace wscope::cli
