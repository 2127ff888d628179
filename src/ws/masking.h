// Masking of payloads and the keys for it (RFC 6455 5.3, 10.3).
//
// A key is four bytes in the order of the wire, held in a std::uint32_t as memcpy gives it.
// MaskPool hands out keys that nobody can predict, from the kernel's generator in blocks; one pool
// per thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace wscope::ws {

/// `to` and `from` do not overlap. The first byte meets the key's first byte.
void mask_copy(char* to, const char* from, std::size_t size, std::uint32_t key);
/// `phase`: how many bytes of the payload came before (modulo 4).
void mask_in_place(char* data, std::size_t size, std::uint32_t key, std::size_t phase = 0);

class MaskPool {
 public:
  static MaskPool& of_this_thread();
  std::uint32_t next() {
    if (used_ == keys_.size()) refill();
    return keys_[used_++];
  }

 private:
  void refill();

  std::vector<std::uint32_t> keys_;
  std::size_t used_ = 0;
};

}  // namespace wscope::ws
