// ByteBuffer: bytes that are appended at the end and taken from the front, of any size.
//
// Taking is free, appending moves bytes only when the room in front is worth it, and growth moves
// pages instead of bytes (mremap), so a message of 1 GiB costs 1 GiB and a buffer that has been
// large gives its memory back. Room can be left in front for what is written last, a header that
// tells the size: so a large message becomes a frame where it lies (ws/frame_writer.h). Not zeroed.
// Growth that the system refuses throws std::bad_alloc (grow) or is told (try_grow). Pointers live
// until the next call that is not const.
#pragma once

#include <cstddef>
#include <string_view>

namespace wscope {

class ByteBuffer {
 public:
  /// What leave_front() leaves: enough for any header of a frame.
  static constexpr std::size_t kFront = 16;
  /// Bytes that may be read beyond the end, so that vectors can be loaded whole.
  static constexpr std::size_t kSlack = 64;
  /// What reset() keeps.
  static constexpr std::size_t kUsual = std::size_t{512} << 10;

  ByteBuffer() = default;
  ~ByteBuffer();
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;

  char* data() { return base_ + begin_; }
  const char* data() const { return base_ + begin_; }
  std::size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  std::size_t capacity() const { return capacity_; }
  std::string_view view() const { return {data(), size()}; }

  /// Room behind the last byte for at least `count` more; added() says how many were written.
  char* grow(std::size_t count) {
    if (capacity_ - end_ < count) make_room(count);
    return base_ + end_;
  }
  bool try_grow(std::size_t count);
  std::size_t room() const { return capacity_ - end_; }
  void added(std::size_t count) { end_ += count; }
  void append(std::string_view bytes);
  /// Of an empty buffer: what is appended next begins kFront bytes behind the memory's begin.
  void leave_front();
  std::size_t front_room() const { return begin_; }
  /// At most front_room() bytes.
  void prepend(std::string_view bytes);
  /// Keeps the first `size` bytes.
  void truncate(std::size_t size) { end_ = begin_ + size; }
  void swap(ByteBuffer& other) noexcept;
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void clear() { begin_ = end_ = 0; }
  /// Forgets what is held, and gives back what a message much larger than usual has cost.
  void reset() {
    clear();
    shrink(kUsual);
  }
  /// Gives memory beyond `keep` bytes back to the system when what is held fits into them.
  void shrink(std::size_t keep);

 private:
  void make_room(std::size_t count);
  bool resize(std::size_t capacity);

  char* base_ = nullptr;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;  // without the slack
};

}  // namespace wscope
