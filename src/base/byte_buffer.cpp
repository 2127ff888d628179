#include "base/byte_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

// A sanitizer sees overruns only in memory that malloc gave.
#if defined(__SANITIZE_ADDRESS__)
#define WSCOPE_BUFFER_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WSCOPE_BUFFER_MALLOC 1
#endif
#endif

#if defined(__linux__) && !defined(WSCOPE_BUFFER_MALLOC)
#include <sys/mman.h>
#define WSCOPE_BUFFER_MMAP 1
#endif

namespace wscope {
namespace {

constexpr std::size_t kGranule = std::size_t{64} << 10;
constexpr std::size_t kHuge = std::size_t{2} << 20;

std::size_t rounded(std::size_t count) { return (count + kGranule - 1) / kGranule * kGranule; }

#ifdef WSCOPE_BUFFER_MMAP
// Page faults would cost more than the copying of a large message: ask for huge pages.
void prefer_huge_pages(char* base, std::size_t size) {
  if (size >= 2 * kHuge) madvise(base, size, MADV_HUGEPAGE);
}

char* reallocate(char* base, std::size_t old_size, std::size_t size) {
  void* moved = base == nullptr ? mmap(nullptr, size, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                : mremap(base, old_size, size, MREMAP_MAYMOVE);
  if (moved == MAP_FAILED) return nullptr;
  prefer_huge_pages(static_cast<char*>(moved), size);
  return static_cast<char*>(moved);
}

void release(char* base, std::size_t size) {
  if (base != nullptr) munmap(base, size);
}
#else
// A sanitizer ends the program where malloc would say no.
constexpr std::size_t kMostMalloc = std::size_t{1} << 32;

char* reallocate(char* base, std::size_t, std::size_t size) {
  if (size > kMostMalloc) return nullptr;
  return static_cast<char*>(std::realloc(base, size));
}

void release(char* base, std::size_t) { std::free(base); }
#endif

}  // namespace

ByteBuffer::~ByteBuffer() { release(base_, capacity_ + kSlack); }

bool ByteBuffer::resize(std::size_t capacity) {
  const std::size_t old_size = base_ == nullptr ? 0 : capacity_ + kSlack;
  if (capacity > static_cast<std::size_t>(-1) / 2) return false;
  const std::size_t size = rounded(capacity + kSlack);
  char* moved = reallocate(base_, old_size, size);
  if (moved == nullptr) return false;
  base_ = moved;
  capacity_ = size - kSlack;
  return true;
}

bool ByteBuffer::try_grow(std::size_t count) {
  if (capacity_ - end_ >= count) return true;
  const std::size_t held = size();
  // Moving what is held to the front pays when at least as much room is won by it.
  if (begin_ >= held && capacity_ - held >= count) {
    if (held > 0) std::memmove(base_, base_ + begin_, held);
    begin_ = 0;
    end_ = held;
    return true;
  }
  if (count > static_cast<std::size_t>(-1) / 4) return false;
  return resize(std::max(end_ + count, 2 * capacity_));
}

void ByteBuffer::make_room(std::size_t count) {
  if (!try_grow(count)) throw std::bad_alloc();
}

void ByteBuffer::append(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
  added(bytes.size());
}

void ByteBuffer::leave_front() {
  clear();
  grow(kFront);
  begin_ = end_ = kFront;
}

void ByteBuffer::prepend(std::string_view bytes) {
  begin_ -= bytes.size();
  std::memcpy(data(), bytes.data(), bytes.size());
}

void ByteBuffer::swap(ByteBuffer& other) noexcept {
  std::swap(base_, other.base_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
  std::swap(capacity_, other.capacity_);
}

void ByteBuffer::shrink(std::size_t keep) {
  if (capacity_ <= rounded(keep + kSlack) || size() > keep) return;
  if (begin_ > 0) {
    std::memmove(base_, base_ + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }
  resize(keep);
}

}  // namespace wscope
