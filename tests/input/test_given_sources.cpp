#include <doctest/doctest.h>

#include <string>

#include "input/sources.h"
#include "pulling.h"

using namespace wscope;
using namespace wscope::input;
using namespace wscope::test;

namespace {

std::unique_ptr<ActionSource> execute(std::vector<std::string> messages, bool binary = false) {
  Options options;
  options.messages.execute = std::move(messages);
  options.messages.binary = binary;
  return make_execute_source(options);
}

}  // namespace

TEST_CASE("-x messages come in order, then the end") {
  Bell bell;
  const auto source = execute({"one", "", "two\nlines"});
  source->start(bell.waker());
  CHECK(source->unpulled() == 3);
  CHECK(pull_all(*source, bell) == std::vector<Pulled>{{Action::Kind::kText, "one", ""},
                                                       {Action::Kind::kText, "", ""},
                                                       {Action::Kind::kText, "two\nlines", ""}});
  CHECK(source->unpulled() == 0);
  CHECK_FALSE(source->interactive());
}

TEST_CASE("-x with bytes that are not UTF-8 needs -b") {
  Bell bell;
  CHECK(pull_all(*execute({"a", "\xff"}), bell) ==
        std::vector<Pulled>{
            {Action::Kind::kText, "a", ""},
            {Action::Kind::kRefused, "", "message 2 of -x is not UTF-8 at byte 1: not sent"}});
  CHECK(pull_all(*execute({"\xff"}, true), bell) ==
        std::vector<Pulled>{{Action::Kind::kBinary, "\xff", ""}});
}

TEST_CASE("a sequence gives the first source to its end, then the second") {
  Bell bell;
  Pipe pipe;
  pipe.put("piped\n");
  pipe.close_in();
  const auto both = make_sequence(execute({"given"}), make_pipe_source({}, pipe.out));
  both->start(bell.waker());
  CHECK(both->unpulled() == 2);
  CHECK(pull_all(*both, bell) == std::vector<Pulled>{{Action::Kind::kText, "given", ""},
                                                     {Action::Kind::kText, "piped", ""}});
}

TEST_CASE("the empty source is at its end at once") {
  Bell bell;
  CHECK(pull_all(*make_empty_source(), bell).empty());
}
