// PageLoan: bytes that were looked at in a socket (MSG_PEEK) and that the system still holds, so
// that whoever writes them into a pipe may pass on its pages (base/splice.h) instead of a copy.
//
// Between two that do not know each other: the reader of the socket opens the loan with the bytes
// it has looked at and ends it when they have been used; the writer of the pipe, meanwhile, moves
// what it is given, where that lies in the loan: the place in memory tells. So nobody may change
// the bytes during a loan. What was not moved is taken off the socket at the end, as if it had been
// read. A loan costs a system call more, so one is opened only after the writer was given something
// that it would have moved. For TCP; elsewhere taking off costs a copy. (A peer on the same
// machine may have sent pages of a file, sendfile(2): whoever changes that file meanwhile changes
// what is read from the pipe.) Loop thread only.
#pragma once

#include <cstddef>
#include <string_view>

namespace wscope {

class PageLoan {
 public:
  /// Less is copied sooner than moved: a move is two or three system calls, and a place in the pipe
  /// for each page.
  static constexpr std::size_t kLeast = std::size_t{32} << 10;

  /// The reader should open one for what it reads next.
  bool wanted() const { return wanted_; }
  /// `bytes` are the next of `socket`, which is not blocking; they were looked at, not read.
  void open(int socket, std::string_view bytes);
  /// The same for bytes that were read: nothing can be moved, but whether one was wanted is noted.
  void note_read(std::string_view bytes);
  /// Ends either.
  void end();

  /// The end of `data` that lies in the bytes of the loan; empty where that is not worth a move.
  std::string_view movable(std::string_view data);
  /// Moves what movable() gave into `pipe`, as far as the pipe takes it without blocking; returns
  /// the bytes moved. What was not moved may be written from memory.
  std::size_t move(std::string_view data, int pipe);

 private:
  bool skip_to(const char* place);

  int socket_ = -1;
  const char* next_ = nullptr;  // where in memory the socket's next byte lies
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  bool wanted_ = false;
  bool moved_ = false;
  bool impossible_ = false;  // the system said so
};

}  // namespace wscope
