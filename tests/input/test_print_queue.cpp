#include <doctest/doctest.h>

#include <string>

#include "input/print_queue.h"

using std::chrono::milliseconds;
using wscope::input::PrintQueue;

namespace {

const PrintQueue::Time kBegin = PrintQueue::Time() + std::chrono::hours(1);

}  // namespace

TEST_CASE("the first lines are due at once, more of them a tick later") {
  PrintQueue queue;
  CHECK_FALSE(queue.due(kBegin));
  queue.add("a\n");
  CHECK(queue.due(kBegin));
  CHECK(queue.wait_ms(kBegin) == 0);
  CHECK(queue.take_piece(kBegin) == "a\n");
  CHECK(queue.empty());
  queue.add("b\n");
  queue.add("c\n");
  CHECK_FALSE(queue.due(kBegin + milliseconds(15)));
  CHECK(queue.wait_ms(kBegin + milliseconds(6)) == 10);
  CHECK(queue.due(kBegin + milliseconds(16)));
  CHECK(queue.take_piece(kBegin + milliseconds(16)) == "b\nc\n");
}

TEST_CASE("the first lines are due at once, however long the machine has run") {
  PrintQueue queue;
  queue.add("a\n");
  for (const int days : {1, 25, 30, 50, 80, 1000, 20000}) {
    CAPTURE(days);
    const PrintQueue::Time now = PrintQueue::Time() + std::chrono::hours(24 * days);
    CHECK(queue.due(now));
    CHECK(queue.wait_ms(now) == 0);
  }
}

TEST_CASE("a flood comes in pieces of whole lines, the rest stays due") {
  PrintQueue queue;
  std::string all;
  for (int i = 0; i < 20000; ++i) all += "line " + std::to_string(i) + "\n";
  queue.add(all);
  std::string printed;
  while (!queue.empty()) {
    CHECK(queue.due(kBegin));
    const std::string piece = queue.take_piece(kBegin);
    CHECK(piece.size() <= PrintQueue::kPiece);
    CHECK(piece.back() == '\n');
    printed += piece;
    if (printed.size() == all.size() / 2) queue.add("");
  }
  CHECK((printed == all));
}

TEST_CASE("adding while pieces are taken keeps the order and does not grow without end") {
  PrintQueue queue;
  std::string expected, printed;
  for (int i = 0; i < 3000; ++i) {
    const std::string line = std::to_string(i) + std::string(997, '.') + "\n";
    queue.add(line);
    expected += line;
    if (i % 34 == 33) printed += queue.take_piece(kBegin);
  }
  CHECK(queue.full());
  while (!queue.empty()) printed += queue.take_piece(kBegin);
  CHECK((printed == expected));
  CHECK_FALSE(queue.full());
}

TEST_CASE("a line longer than a piece stays whole") {
  PrintQueue queue;
  const std::string longest(100000, 'x');
  queue.add(longest + "\nshort\n");
  CHECK((queue.take_piece(kBegin) == longest + "\n"));
  CHECK(queue.take_piece(kBegin) == "short\n");
}
