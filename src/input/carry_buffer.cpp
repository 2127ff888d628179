#include "input/carry_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace wscope::input {
namespace {

constexpr std::size_t kKept = std::size_t{512} << 10;

}  // namespace

CarryBuffer::~CarryBuffer() { std::free(bytes_); }

void CarryBuffer::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (bytes.size() > capacity_ - size_) {
    const std::size_t wanted = std::max(size_ + bytes.size(), capacity_ + capacity_ / 2);
    void* grown = std::realloc(bytes_, wanted);
    if (grown == nullptr) throw std::bad_alloc();
    bytes_ = static_cast<char*>(grown);
    capacity_ = wanted;
  }
  std::memcpy(bytes_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void CarryBuffer::clear() {
  size_ = 0;
  if (capacity_ <= kKept) return;
  std::free(bytes_);
  bytes_ = nullptr;
  capacity_ = 0;
}

}  // namespace wscope::input
