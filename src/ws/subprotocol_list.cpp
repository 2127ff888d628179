#include "ws/subprotocol_list.h"

#include <algorithm>

#include "base/escape.h"
#include "base/http_field.h"

namespace wscope::ws {

Result<std::string> subprotocol_list(const std::vector<std::string>& subprotocols) {
  std::string joined;
  for (auto name = subprotocols.begin(); name != subprotocols.end(); ++name) {
    if (!is_token(*name)) {
      return fail(Stage::kUsage,
                  "-s: " + quoted(*name) + " is not a subprotocol (RFC 9110 5.6.2: a token)",
                  name->find(',') != std::string::npos ? "give -s once for each subprotocol" : "");
    }
    if (std::find(subprotocols.begin(), name, *name) != name) {
      return fail(Stage::kUsage, "-s: " + quoted(*name) + " is given twice");
    }
    if (!joined.empty()) joined += ", ";
    joined += *name;
  }
  return joined;
}

}  // namespace wscope::ws
