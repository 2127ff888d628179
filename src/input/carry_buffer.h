// CarryBuffer: the bytes of a message that reaches over the end of a block.
//
// Grows by half through realloc, so pages move instead of being copied and what is reserved but not
// written costs no memory. clear() gives the memory of an oversized message back. Owned by one
// cutter, loop thread. Throws std::bad_alloc when memory ends.
#pragma once

#include <cstddef>
#include <string_view>

namespace wscope::input {

class CarryBuffer {
 public:
  CarryBuffer() = default;
  ~CarryBuffer();
  CarryBuffer(const CarryBuffer&) = delete;
  CarryBuffer& operator=(const CarryBuffer&) = delete;

  void append(std::string_view bytes);
  void clear();
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_, size_}; }

 private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace wscope::input
