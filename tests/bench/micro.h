// What every micro_* program is: `micro_X CASE ITERATIONS` does the case so many times, no more.
//
// Meant for counting instructions (check_instructions.py): the difference of two runs, divided by
// the difference of their iterations, is the cost of one message without start and preparation.
// `micro_X --list` prints the cases; `micro_X --key` what figures depend on: compiler and
// processor.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// A case: its name, and the work for a number of iterations, prepared when it is called.
using MicroCase = std::pair<std::string, std::function<void(std::size_t iterations)>>;

int micro_main(int argc, char** argv, const std::vector<MicroCase>& cases);

/// Keeps the compiler from leaving out the work behind `value`.
template <typename Value>
void use(const Value& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace bench
