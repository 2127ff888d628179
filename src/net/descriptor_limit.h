// Descriptor limit: each client of a server takes a file descriptor, and a shell gives 1,024.
//
// Lifts the soft limit to the hard one, to 65,536 at most. Process-wide, so before clients come and
// only for a server. What can't be had is left: accepting tells when descriptors run out.
#pragma once

namespace wscope::net {

void lift_descriptor_limit();

}  // namespace wscope::net
