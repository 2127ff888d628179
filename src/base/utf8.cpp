#include "base/utf8.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "base/utf8_validators.h"

#if defined(__x86_64__) && defined(__GNUC__)
// g++ 12 takes the "any value" operand of its own intrinsics for one that was forgotten.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop
#define WSCOPE_UTF8_X86 1
#endif

namespace wscope {
namespace {

struct Lead {
  std::size_t length;  // of the whole sequence; 0: no sequence starts with this byte
  unsigned char low;   // range of the second byte, which is where overlong forms, surrogates and
  unsigned char high;  // values above U+10FFFF are told apart (RFC 3629 section 4)
};

constexpr Lead classify(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xc2) return {0, 0, 0};
  if (byte < 0xe0) return {2, 0x80, 0xbf};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3, 0x80, 0xbf};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte < 0xf4) return {4, 0x80, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

bool is_tail(unsigned char byte) { return (byte & 0xc0) == 0x80; }

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8) {
      std::uint64_t eight;
      std::memcpy(&eight, bytes + at, 8);
      if ((eight & 0x8080808080808080U) == 0) {
        at += 8;
        continue;
      }
    }
    const Lead lead = classify(bytes[at]);
    if (lead.length == 0 || text.size() - at < lead.length) return at;
    if (lead.length > 1 && (bytes[at + 1] < lead.low || bytes[at + 1] > lead.high)) return at;
    for (std::size_t i = 2; i < lead.length; ++i) {
      if (!is_tail(bytes[at + i])) return at;
    }
    at += lead.length;
  }
  return std::string_view::npos;
}

namespace {

bool valid_by_bytes(std::string_view text) {
  return first_invalid_utf8(text) == std::string_view::npos;
}

#ifdef WSCOPE_UTF8_X86
// --- 16, 32 or 64 bytes at a time ---------------------------------------------------------------
// After J. Keiser, D. Lemire, "Validating UTF-8 in less than one instruction per byte" (2021):
// every error shows in two adjacent bytes, but for a missing or surplus third or fourth byte. Each
// kind of error gets a bit; three tables, indexed by the halves of the first byte and the upper
// half of the second, say which kinds are still possible; what is in all three is an error.
constexpr std::uint8_t kTooShort = 1 << 0;   // a lead, then no continuation
constexpr std::uint8_t kTooLong = 1 << 1;    // ASCII, then a continuation
constexpr std::uint8_t kOverlong3 = 1 << 2;  // E0, then 80–9F
constexpr std::uint8_t kTooLarge = 1 << 3;   // F4–FF, then 90–BF
constexpr std::uint8_t kSurrogate = 1 << 4;  // ED, then A0–BF
constexpr std::uint8_t kOverlong2 = 1 << 5;  // C0 or C1, then a continuation
constexpr std::uint8_t kF0orF5 = 1 << 6;     // F0 or F5–FF, then 80–8F
constexpr std::uint8_t kTwoConts = 1 << 7;   // two continuations: right only in long sequences

using Table = std::array<std::uint8_t, 16>;

constexpr Table first_high_table() {
  Table table{};
  for (std::size_t i = 0; i < 16; ++i) {
    table[i] = i < 8 ? kTooLong : i < 12 ? kTwoConts : kTooShort;
  }
  table[0xc] |= kOverlong2;
  table[0xe] |= kOverlong3 | kSurrogate;
  table[0xf] |= kTooLarge | kF0orF5;
  return table;
}

constexpr Table first_low_table() {
  Table table{};
  for (std::size_t i = 0; i < 16; ++i) {
    table[i] = kTooShort | kTooLong | kTwoConts;
    if (i < 2) table[i] |= kOverlong2;
    if (i == 0) table[i] |= kOverlong3;
    if (i == 0xd) table[i] |= kSurrogate;
    if (i >= 4) table[i] |= kTooLarge;
    if (i == 0 || i > 4) table[i] |= kF0orF5;
  }
  return table;
}

constexpr Table second_high_table() {
  Table table{};
  for (std::size_t i = 0; i < 16; ++i) {
    const bool continuation = i >= 8 && i < 12;
    table[i] = continuation ? kTooLong | kOverlong2 | kTwoConts : kTooShort;
    if (i == 8) table[i] |= kOverlong3 | kF0orF5;
    if (i == 9) table[i] |= kOverlong3 | kTooLarge;
    if (i == 10 || i == 11) table[i] |= kSurrogate | kTooLarge;
  }
  return table;
}

alignas(16) constexpr Table kFirstHigh = first_high_table();
alignas(16) constexpr Table kFirstLow = first_low_table();
alignas(16) constexpr Table kSecondHigh = second_high_table();

/// Shuffle controls: loaded at offset n they move a vector down by n bytes and fill with zeros.
alignas(32) constexpr std::uint8_t kMoveDown[32] = {
    0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15,
    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};

#define WSCOPE_SSE [[gnu::target("sse4.1")]] inline
#define WSCOPE_AVX2 [[gnu::target("avx2")]] inline

template <class Word>
Word load_word(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Fewer than 16 bytes in a vector, zeros behind them; reads nothing beyond.
WSCOPE_SSE __m128i load_short(const char* text, std::size_t size) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (size >= 8) {
    low = load_word<std::uint64_t>(text);
    // Shifted in two steps: a shift by 64 has no meaning.
    high = load_word<std::uint64_t>(text + size - 8) >> 1 >> (127 - 8 * size);
  } else if (size >= 4) {
    const std::uint64_t last = load_word<std::uint32_t>(text + size - 4);
    low = load_word<std::uint32_t>(text) | last << (8 * (size - 4));
  } else if (size > 0) {
    const auto byte = [text](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
    };
    low = byte(0) | byte(size / 2) | byte(size - 1);
  }
  return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
}

/// 16 bytes that end at text + size, moved down so that the first of them is text[16].
WSCOPE_SSE __m128i load_rest(const char* text, std::size_t size) {
  const __m128i last = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + size - 16));
  const __m128i control =
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(kMoveDown + (32 - size)));
  return _mm_shuffle_epi8(last, control);
}

struct Avx2 {
  __m256i error{};
  __m256i before{};

  WSCOPE_AVX2 static __m256i table(const Table& from) {
    return _mm256_broadcastsi128_si256(
        _mm_load_si128(reinterpret_cast<const __m128i*>(from.data())));
  }
  WSCOPE_AVX2 void check(__m256i bytes) {
    const __m256i nibble = _mm256_set1_epi8(0x0f);
    const __m256i seam = _mm256_permute2x128_si256(before, bytes, 0x21);
    const __m256i back1 = _mm256_alignr_epi8(bytes, seam, 15);
    const __m256i back2 = _mm256_alignr_epi8(bytes, seam, 14);
    const __m256i back3 = _mm256_alignr_epi8(bytes, seam, 13);
    const __m256i first_high = _mm256_shuffle_epi8(
        table(kFirstHigh), _mm256_and_si256(_mm256_srli_epi16(back1, 4), nibble));
    const __m256i first_low =
        _mm256_shuffle_epi8(table(kFirstLow), _mm256_and_si256(back1, nibble));
    const __m256i second_high = _mm256_shuffle_epi8(
        table(kSecondHigh), _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    const __m256i kinds = _mm256_and_si256(_mm256_and_si256(first_high, first_low), second_high);
    const __m256i third = _mm256_subs_epu8(back2, _mm256_set1_epi8(0xe0 - 0x80));
    const __m256i fourth = _mm256_subs_epu8(back3, _mm256_set1_epi8(0xf0 - 0x80));
    const __m256i due =
        _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(0x80)));
    error = _mm256_or_si256(error, _mm256_xor_si256(due, kinds));
    before = bytes;
  }
  /// ASCII follows: nothing before may be cut.
  WSCOPE_AVX2 void check_cut() {
    // Greater than these: a lead that is too near the end for its sequence.
    const __m256i most =
        _mm256_set_epi8(static_cast<char>(0xbf), static_cast<char>(0xdf), static_cast<char>(0xef),
                        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    error = _mm256_or_si256(error, _mm256_subs_epu8(before, most));
    before = _mm256_setzero_si256();
  }
  WSCOPE_AVX2 bool good() const { return _mm256_testz_si256(error, error) != 0; }
};

[[gnu::target("avx2")]] bool valid_by_avx2(std::string_view text) {
  Avx2 checker;
  const auto* blocks = reinterpret_cast<const __m256i*>(text.data());
  for (std::size_t pairs = text.size() / 64; pairs > 0; --pairs, blocks += 2) {
    const __m256i one = _mm256_loadu_si256(blocks);
    const __m256i two = _mm256_loadu_si256(blocks + 1);
    if (_mm256_movemask_epi8(_mm256_or_si256(one, two)) == 0) {
      checker.check_cut();
    } else {
      checker.check(one);
      checker.check(two);
    }
  }
  std::size_t size = text.size() % 64;
  if (size >= 32) {
    checker.check(_mm256_loadu_si256(blocks++));
    size -= 32;
  }
  // At least one zero follows the last bytes, so a cut sequence shows.
  const char* last = reinterpret_cast<const char*>(blocks);
  __m128i low;
  __m128i high = _mm_setzero_si128();
  if (size < 16) {
    low = load_short(last, size);
  } else {
    low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(last));
    high = load_rest(last, size);
  }
  checker.check(_mm256_set_m128i(high, low));
  return checker.good();
}

// VBMI2 came with the processors on which wide vectors no longer slow the clock down.
#define WSCOPE_AVX512_TARGET "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2"
#define WSCOPE_AVX512 [[gnu::target(WSCOPE_AVX512_TARGET)]] inline

/// What both tables of the first byte say, for the bytes from C0 on: one look-up of six bits.
constexpr std::array<std::uint8_t, 64> lead_table() {
  std::array<std::uint8_t, 64> table{};
  for (std::size_t i = 0; i < 64; ++i) {
    table[i] = kFirstHigh[0xc + i / 16] & kFirstLow[i % 16];
  }
  return table;
}
alignas(64) constexpr std::array<std::uint8_t, 64> kLead = lead_table();

WSCOPE_AVX512 __m512i either(__m512i a, __m512i b, __m512i c) {
  return _mm512_ternarylogic_epi64(a, b, c, 0xfe);
}

struct Avx512 {
  __m512i error{};
  __m512i before{};

  /// The errors of 64 bytes. back1 … back3: the bytes that lie one to three before each of them.
  WSCOPE_AVX512 static __m512i judge(__m512i bytes, __m512i back1, __m512i back2, __m512i back3) {
    constexpr int kEitherAndThird = 0xa8;    // (a | b) & c
    constexpr int kBothAgainstThird = 0x6a;  // (a & b) ^ c
    const __m512i top = _mm512_set1_epi8(static_cast<char>(0x80));
    const __m512i second_table = _mm512_broadcast_i32x4(
        _mm_load_si128(reinterpret_cast<const __m128i*>(kSecondHigh.data())));
    // permutexvar takes six bits as the index: those of a lead; or a half byte and what lies above
    // it, in a table that stands there four times. All that is no lead has the one kind: behind
    // ASCII a continuation is as wrong as behind another where no third or fourth byte is due.
    const __mmask64 leads =
        _mm512_cmpge_epu8_mask(back1, _mm512_set1_epi8(static_cast<char>(0xc0)));
    static_assert(kTwoConts == 0x80, "the bit that says what is due");
    const __m512i first =
        _mm512_mask_permutexvar_epi8(top, leads, back1, _mm512_load_si512(kLead.data()));
    const __m512i second = _mm512_permutexvar_epi8(_mm512_srli_epi16(bytes, 4), second_table);
    const __m512i third = _mm512_subs_epu8(back2, _mm512_set1_epi8(0xe0 - 0x80));
    const __m512i fourth = _mm512_subs_epu8(back3, _mm512_set1_epi8(0xf0 - 0x80));
    const __m512i due = _mm512_ternarylogic_epi64(third, fourth, top, kEitherAndThird);
    return _mm512_ternarylogic_epi64(first, second, due, kBothAgainstThird);
  }
  WSCOPE_AVX512 __m512i judge_next(__m512i bytes) {
    const __m512i seam = _mm512_alignr_epi32(bytes, before, 12);  // each lane's predecessor
    before = bytes;
    return judge(bytes, _mm512_alignr_epi8(bytes, seam, 15), _mm512_alignr_epi8(bytes, seam, 14),
                 _mm512_alignr_epi8(bytes, seam, 13));
  }
  /// The same where what is before lies before it in memory: loads cost less than shuffles.
  WSCOPE_AVX512 static __m512i judge_inner(const char* text) {
    return judge(_mm512_loadu_si512(text), _mm512_loadu_si512(text - 1),
                 _mm512_loadu_si512(text - 2), _mm512_loadu_si512(text - 3));
  }
  WSCOPE_AVX512 void check(__m512i bytes) { error = _mm512_or_si512(error, judge_next(bytes)); }
  WSCOPE_AVX512 void check_four(const char* text) {
    const __m512i first = judge_next(_mm512_loadu_si512(text));
    error = either(error, first, judge_inner(text + 64));
    error = either(error, judge_inner(text + 128), judge_inner(text + 192));
  }
  /// The text ends behind these 64 bytes, and has at least three before them.
  WSCOPE_AVX512 void check_last(const char* text, bool unchecked) {
    if (unchecked) error = _mm512_or_si512(error, judge_inner(text));
    // Greater than these: a lead that is too near the end for its sequence.
    const __m512i most = _mm512_inserti32x4(
        _mm512_set1_epi8(-1), _mm_setr_epi32(-1, -1, -1, static_cast<int>(0xbfdfefff)), 3);
    error = _mm512_or_si512(error, _mm512_subs_epu8(_mm512_loadu_si512(text), most));
  }
  WSCOPE_AVX512 bool good() const { return _mm512_test_epi64_mask(error, error) == 0; }
};

[[gnu::target(WSCOPE_AVX512_TARGET)]] bool valid_by_avx512(std::string_view whole) {
  Avx512 checker;
  const char* text = whole.data();
  const char* const end = text + whole.size();
  // Where all is ASCII there is nothing to check; asked once for four vectors, so that mixed text
  // is not guessed wrong each time.
  for (std::size_t fours = whole.size() / 256; fours > 0; --fours, text += 256) {
    const __m512i last = _mm512_loadu_si512(text + 192);
    const __m512i any = either(either(_mm512_loadu_si512(text), last, checker.before),
                               _mm512_loadu_si512(text + 64), _mm512_loadu_si512(text + 128));
    if (_mm512_movepi8_mask(any) != 0) checker.check_four(text);
    checker.before = last;
  }
  for (; end - text >= 64; text += 64) checker.check(_mm512_loadu_si512(text));
  const auto rest = static_cast<std::size_t>(end - text);
  if (whole.size() >= 256) {
    // What was checked already costs less than a vector that is loaded in part.
    checker.check_last(end - 64, rest > 0);
  } else {
    // At least one zero follows the last bytes, so a cut sequence shows; nothing beyond is read.
    checker.check(_mm512_maskz_loadu_epi8((std::uint64_t{1} << rest) - 1, text));
  }
  return checker.good();
}

struct Sse {
  __m128i error{};
  __m128i before{};

  WSCOPE_SSE static __m128i table(const Table& from) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(from.data()));
  }
  WSCOPE_SSE void check(__m128i bytes) {
    const __m128i nibble = _mm_set1_epi8(0x0f);
    const __m128i back1 = _mm_alignr_epi8(bytes, before, 15);
    const __m128i back2 = _mm_alignr_epi8(bytes, before, 14);
    const __m128i back3 = _mm_alignr_epi8(bytes, before, 13);
    const __m128i first_high =
        _mm_shuffle_epi8(table(kFirstHigh), _mm_and_si128(_mm_srli_epi16(back1, 4), nibble));
    const __m128i first_low = _mm_shuffle_epi8(table(kFirstLow), _mm_and_si128(back1, nibble));
    const __m128i second_high =
        _mm_shuffle_epi8(table(kSecondHigh), _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble));
    const __m128i kinds = _mm_and_si128(_mm_and_si128(first_high, first_low), second_high);
    const __m128i third = _mm_subs_epu8(back2, _mm_set1_epi8(0xe0 - 0x80));
    const __m128i fourth = _mm_subs_epu8(back3, _mm_set1_epi8(0xf0 - 0x80));
    const __m128i due =
        _mm_and_si128(_mm_or_si128(third, fourth), _mm_set1_epi8(static_cast<char>(0x80)));
    error = _mm_or_si128(error, _mm_xor_si128(due, kinds));
    before = bytes;
  }
  WSCOPE_SSE bool good() const { return _mm_testz_si128(error, error) != 0; }
};

[[gnu::target("sse4.1")]] bool valid_by_sse(std::string_view whole) {
  Sse checker;
  const char* text = whole.data();
  for (std::size_t vectors = whole.size() / 16; vectors > 0; --vectors, text += 16) {
    checker.check(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text)));
  }
  checker.check(load_short(text, whole.size() % 16));
  return checker.good();
}
#endif

bool valid_by_first_call(std::string_view text);
// Constant-initialised: right before main, too. Any thread may be the first; all find the same.
std::atomic<bool (*)(std::string_view)> validator = valid_by_first_call;

bool valid_by_first_call(std::string_view text) {
  const auto best = utf8_validators().back().valid;
  validator.store(best, std::memory_order_relaxed);
  return best(text);
}

}  // namespace

std::vector<Utf8Validator> utf8_validators() {
  std::vector<Utf8Validator> validators = {{"bytes", valid_by_bytes}};
#ifdef WSCOPE_UTF8_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.1")) validators.push_back({"sse4.1", valid_by_sse});
  if (__builtin_cpu_supports("avx2")) validators.push_back({"avx2", valid_by_avx2});
  if (__builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    validators.push_back({"avx512", valid_by_avx512});
  }
#endif
  return validators;
}

bool is_valid_utf8(std::string_view text) {
  return validator.load(std::memory_order_relaxed)(text);
}

}  // namespace wscope
