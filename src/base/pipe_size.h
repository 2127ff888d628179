// enlarge_pipe: room for 512 KiB in a pipe that was found full, so that both ends wait less often.
//
// A pipe this large keeps both ends busy and still lies in a processor's cache. Only once it has
// been full: memory for pipes is counted per user (pipe(7)), and most runs never need it. True when
// it has become larger. Either end of it will do. Any thread.
#pragma once

namespace wscope {

bool enlarge_pipe(int fd);

}  // namespace wscope
