// Descriptor limit: each client of a server takes a file descriptor, and a shell gives 1,024.
//
// Lifts the soft limit to the hard one, to 65,536 at most. Process-wide, so before clients come and
// only for a server. What can't be had is left: accepting tells when descriptors run out. Programs
// that we start shall not see it: some still use select(2). Loop thread only.
#pragma once

#include <sys/resource.h>

namespace wscope {

void lift_descriptor_limit();

/// While it lives, the soft limit is the one we were started with.
class UsualDescriptorLimit {
 public:
  UsualDescriptorLimit();
  ~UsualDescriptorLimit();
  UsualDescriptorLimit(const UsualDescriptorLimit&) = delete;
  UsualDescriptorLimit& operator=(const UsualDescriptorLimit&) = delete;

 private:
  rlimit lifted_{};
};

}  // namespace wscope
