#include "base/descriptor_limit.h"

#include <algorithm>
#include <optional>

namespace wscope {
namespace {

std::optional<rlimit> usual;  // nothing: it was not lifted

}  // namespace

void lift_descriptor_limit() {
  constexpr rlim_t kEnough = 65536;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kEnough) return;
  const rlimit before = limit;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough));
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) usual = before;
}

UsualDescriptorLimit::UsualDescriptorLimit() {
  if (usual && ::getrlimit(RLIMIT_NOFILE, &lifted_) == 0) ::setrlimit(RLIMIT_NOFILE, &*usual);
}

UsualDescriptorLimit::~UsualDescriptorLimit() {
  if (usual) ::setrlimit(RLIMIT_NOFILE, &lifted_);
}

}  // namespace wscope
