#include "ws/masking.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace wscope::ws {
namespace {

constexpr std::size_t kPoolKeys = 1024;

std::uint64_t load(const char* from) {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

void store(char* to, std::uint64_t word) { std::memcpy(to, &word, sizeof word); }

/// The key twice, beginning with the byte that `phase` meets.
std::uint64_t doubled(std::uint32_t key, std::size_t phase) {
  unsigned char bytes[8];
  unsigned char once[4];
  std::memcpy(once, &key, sizeof once);
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = once[(i + phase) % 4];
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

}  // namespace

void mask_copy(char* to, const char* from, std::size_t size, std::uint32_t key) {
  const std::uint64_t word = static_cast<std::uint64_t>(key) << 32 | key;
  std::size_t at = 0;
  for (; at + 32 <= size; at += 32) {  // four words at once: becomes vector instructions
    store(to + at, load(from + at) ^ word);
    store(to + at + 8, load(from + at + 8) ^ word);
    store(to + at + 16, load(from + at + 16) ^ word);
    store(to + at + 24, load(from + at + 24) ^ word);
  }
  for (; at + 8 <= size; at += 8) store(to + at, load(from + at) ^ word);
  if (at == size) return;
  char rest[8] = {};
  std::memcpy(rest, from + at, size - at);
  store(rest, load(rest) ^ word);
  std::memcpy(to + at, rest, size - at);
}

void mask_in_place(char* data, std::size_t size, std::uint32_t key, std::size_t phase) {
  const std::uint64_t word = doubled(key, phase);
  std::size_t at = 0;
  for (; at + 32 <= size; at += 32) {
    store(data + at, load(data + at) ^ word);
    store(data + at + 8, load(data + at + 8) ^ word);
    store(data + at + 16, load(data + at + 16) ^ word);
    store(data + at + 24, load(data + at + 24) ^ word);
  }
  for (; at + 8 <= size; at += 8) store(data + at, load(data + at) ^ word);
  char bytes[8];
  store(bytes, word);
  for (std::size_t i = 0; at < size; ++at, ++i) data[at] = static_cast<char>(data[at] ^ bytes[i]);
}

MaskPool& MaskPool::of_this_thread() {
  thread_local MaskPool pool;
  return pool;
}

void MaskPool::refill() {
  keys_.resize(kPoolKeys);
  used_ = 0;
  char* at = reinterpret_cast<char*>(keys_.data());
  std::size_t left = keys_.size() * sizeof(std::uint32_t);
  while (left > 0) {
    const ssize_t got = getrandom(at, left, 0);
    // Without the kernel's generator no frame may be sent: masks would be predictable (10.3).
    if (got < 0 && errno != EINTR) std::abort();
    if (got <= 0) continue;
    at += got;
    left -= static_cast<std::size_t>(got);
  }
}

}  // namespace wscope::ws
