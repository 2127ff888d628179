#include "cli/parse_args.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "base/user_info.h"
#include "cli/assignment.h"
#include "cli/completion_script.h"
#include "cli/foreign_options.h"
#include "cli/help_text.h"
#include "cli/option_rules.h"
#include "cli/option_setters.h"
#include "cli/option_table.h"
#include "cli/print_config.h"
#include "cli/profile.h"
#include "cli/suggest.h"

namespace wscope::cli {
namespace {

// CLI11 takes the word after `--name=` as its value, as if there were no '='. No word of a command
// line holds a NUL, so one behind the '=' keeps such a value non-empty until it gets here.
constexpr char kEmptyMark = '\0';

std::string_view name_in(std::string_view long_word) {
  return long_word.substr(2, long_word.find('=') == std::string_view::npos
                                 ? std::string_view::npos
                                 : long_word.find('=') - 2);
}

bool looks_like_option(std::string_view word) {
  return word.size() > 1 && word.front() == '-' && word != "--";
}

bool is_long(std::string_view word) { return word.size() > 2 && word.substr(0, 2) == "--"; }

class Parser {
 public:
  Parser(const std::vector<std::string>& words, const std::string& default_config)
      : words_(words), default_config_(default_config), app_("", "wscope") {
    app_.set_help_flag();
    app_.allow_extras();
    url_ = app_.add_option("url", CLI::callback_t{});
    register_rows();
  }

  Result<std::variant<Options, Text>> run();

 private:
  void register_rows();
  void register_row(const OptionRow& row);
  void take(const OptionRow& row, std::string value);
  Result<void> apply(const OptionRow& row, std::string value);
  void take_back(const OptionRow& row);
  Result<std::vector<Assignment>> read_config();
  Result<std::variant<Options, Text>> conclude(std::vector<Assignment> assignments);
  bool swallowed_option(const OptionRow& row, const std::string& value) const;
  Result<void> take_positionals(const std::vector<std::string>& rest);
  Result<void> take_kind_of_times(std::vector<std::string>& positionals);
  Result<void> take_profile(const std::string& name);
  std::optional<Error> left_over(const std::vector<std::string>& positionals) const;
  Error unknown(const std::string& word) const;
  Error missing_value(std::string_view what) const;
  /// The word on the command line that is `-` and a long option's name, with one dash too few.
  const OptionRow* one_dash_short(std::string_view end_of_word) const;

  const std::vector<std::string>& words_;
  const std::string& default_config_;
  CLI::App app_;
  CLI::Option* url_ = nullptr;
  std::vector<Assignment> said_;  // on the command line, in its order
  Options options_;
  std::optional<Text> text_;    // version or completion: wins over any error
  std::optional<Show> help_;    // so does help
  std::optional<Error> error_;  // the first one
};

// Building an App with every row costs more than the whole start of the program, so only the rows
// that the words could mean are registered: a few too many at worst, never one too few.
void Parser::register_rows() {
  Given registered;
  const auto add = [&](const OptionRow* row) {
    if (row == nullptr || registered.has(*row)) return;
    registered.add(*row);
    register_row(*row);
  };
  for (const std::string& word : words_) {
    if (is_long(word)) {
      add(find_long(name_in(word)));
    } else if (looks_like_option(word)) {
      for (const char letter : word) add(find_short(letter));
    }
  }
}

void Parser::register_row(const OptionRow& row) {
  std::string names;
  if (row.short_name != '\0') names = {'-', row.short_name};
  if (!row.long_name.empty()) {
    if (!names.empty()) names += ',';
    names.append("--").append(row.long_name);
  }
  CLI::Option* option = app_.add_option(names, [this, &row](const CLI::results_t& results) {
    take(row, results.empty() ? std::string() : results.front());
    return true;
  });
  // Called at each occurrence, so that values arrive in the order of the command line.
  option->trigger_on_parse()->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  // No value unless it is written with '=': it can never swallow the URL behind it.
  if (!row.takes_value()) option->type_size(0);
}

void Parser::take(const OptionRow& row, std::string value) {
  if (error_ && row.set != nullptr) return;
  if (const auto applied = apply(row, std::move(value)); !applied && !error_) {
    error_ = applied.error();
  }
}

Result<void> Parser::apply(const OptionRow& row, std::string value) {
  const bool marked = !value.empty() && value.back() == kEmptyMark;
  if (marked) value.pop_back();
  if (!row.may_take_value() && value == "false" && row.set != nullptr) {
    take_back(row);
    return {};
  }
  if (!row.may_take_value() && (marked || !value.empty())) {
    return fail(Stage::kUsage, row.name() + " takes no value");
  }
  if (swallowed_option(row, value)) {
    // Not what stands behind its '=': that may be a secret.
    const std::string option = value.substr(0, value.find('='));
    const std::string shown = option.size() < value.size() ? option + "=…" : option;
    return fail(Stage::kUsage, row.name() + " needs a value, but " + shown + " follows",
                "write " + row.name() + "=" + shown + " if that is the value");
  }
  if (row.short_name != '\0') {
    if (const OptionRow* meant = one_dash_short(row.short_name + value)) {
      return fail(Stage::kUsage, "unknown option -" + std::string(meant->long_name),
                  "did you mean " + meant->name() + "?");
    }
  }
  if (row.set != nullptr || row.long_name == "null") {
    said_.push_back({&row, std::move(value), Assignment::Layer::kCommandLine, {}});
    return {};
  }
  if (text_) return {};
  if (row.long_name == "version") {
    text_ = Text{version_text()};
  } else if (row.long_name == "help") {
    if (!value.empty() && value != "all") {
      return fail(Stage::kUsage, "--help '" + value + "': not all");
    }
    help_ = value.empty() ? Show::kBrief : Show::kFull;
  } else if (value == "list") {  // not told: for scripts/check_docs.sh
    text_ = Text{option_list()};
  } else if (value == "profiles") {  // for the scripts themselves
    const auto config = std::find_if(said_.rbegin(), said_.rend(), [](const Assignment& said) {
      return said.row->long_name == "config";
    });
    text_ = Text{profile_names(config == said_.rend() ? default_config_ : config->value)};
  } else if (const auto known = parse_choice(row.name(), value, row.choices); known) {
    text_ = Text{completion_script(value)};
  } else {
    return fail(known.error());
  }
  return {};
}

/// `--flag=false`: neither the words before it nor a configuration file has said the flag.
void Parser::take_back(const OptionRow& row) {
  said_.erase(std::remove_if(said_.begin(), said_.end(),
                             [&](const Assignment& said) { return said.row == &row; }),
              said_.end());
  said_.push_back({&row, {}, Assignment::Layer::kCommandLine, {}});
  said_.back().setting.kind = Setting::Kind::kOff;
}

/// A value left out before the next option; a message may well look like one.
bool Parser::swallowed_option(const OptionRow& row, const std::string& value) const {
  if (!row.takes_value() || row.value_name() == "MSG" || !is_long(value)) return false;
  if (find_long(name_in(value)) == nullptr) return false;
  const std::string joined = row.name() + "=" + value;
  return std::find(words_.begin(), words_.end(), joined) == words_.end();
}

const OptionRow* Parser::one_dash_short(std::string_view end_of_word) const {
  for (const std::string& word : words_) {
    if (word.size() < 4 || word[0] != '-' || word[1] == '-') continue;
    const std::string_view name = std::string_view(word).substr(1);
    if (name.size() < end_of_word.size()) continue;
    if (name.substr(name.size() - end_of_word.size()) != end_of_word) continue;
    const OptionRow* row = find_long(name);
    if (row != nullptr) return row;
  }
  return nullptr;
}

Error Parser::unknown(const std::string& word) const {
  if (!is_long(word)) {
    const OptionRow* meant = one_dash_short(std::string_view(word).substr(1));
    if (meant != nullptr) {
      return {Stage::kUsage,
              "unknown option -" + std::string(meant->long_name),
              "did you mean " + meant->name() + "?",
              {}};
    }
    std::string hint = hint_for_foreign(word.substr(1, 1));
    if (hint.empty()) hint = "wscope --help lists the options";
    return {Stage::kUsage, "unknown option " + word.substr(0, 2), hint, {}};
  }
  const std::string_view name = name_in(word);
  const std::string message = "unknown option --" + std::string(name);
  if (std::string hint = hint_for_foreign(name); !hint.empty()) {
    return {Stage::kUsage, message, std::move(hint), {}};
  }
  const OptionRow* flag = name.substr(0, 3) == "no-" ? find_long(name.substr(3)) : nullptr;
  if (flag != nullptr && !flag->may_take_value()) {
    return {Stage::kUsage, message, flag->name() + "=false takes it back", {}};
  }
  std::vector<std::string_view> names;
  for (const OptionRow& row : option_table()) {
    if (!row.long_name.empty()) names.push_back(row.long_name);
  }
  std::string hint;
  for (const std::string_view near : nearest(name, names)) {
    hint.append(hint.empty() ? "did you mean --" : " or --").append(near);
  }
  hint += hint.empty() ? "wscope --help lists the options" : "?";
  return {Stage::kUsage, message, hint, {}};
}

Error Parser::missing_value(std::string_view what) const {
  const std::string_view name = what.substr(0, what.find(':'));
  const OptionRow* row = is_long(name) ? find_long(name.substr(2)) : nullptr;
  if (row == nullptr) return {Stage::kUsage, std::string(what), {}, {}};
  std::string hint = row->name() + " " + std::string(row->value_name()) + ": ";
  return {Stage::kUsage, row->name() + " needs a value", hint.append(row->help), {}};
}

Result<void> Parser::take_profile(const std::string& name) {
  std::string& profile = options_.profile.profile;
  if (!profile.empty()) {
    return fail(Stage::kUsage, "more than one profile: @" + profile + " and " + name);
  }
  profile = name.substr(1);
  if (profile.empty()) return fail(Stage::kUsage, "no profile named after '@'");
  return {};
}

/// `-t delta URL`: -t takes no value, so that it can't swallow a URL; but where there is another
/// URL, the word behind it can only be the kind.
Result<void> Parser::take_kind_of_times(std::vector<std::string>& positionals) {
  const OptionRow& row = *find_long("timestamps");
  const bool elsewhere = std::any_of(said_.begin(), said_.end(), [](const Assignment& said) {
    return said.row->long_name == "connect" || said.row->long_name == "listen";
  });
  const auto urls = std::count_if(positionals.begin(), positionals.end(),
                                  [](const std::string& word) { return word.substr(0, 1) != "@"; });
  for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
    const std::string& word = words_[i];
    const bool is_t = looks_like_option(word) && !is_long(word) && word.back() == 't' &&
                      std::all_of(word.begin() + 1, word.end(), [](char letter) {
                        const OptionRow* flag = find_short(letter);
                        return flag != nullptr && !flag->takes_value();
                      });
    const auto kind = std::find(positionals.begin(), positionals.end(), words_[i + 1]);
    if (!is_t || kind == positionals.end() || !parse_choice(row.name(), *kind, row.choices))
      continue;
    if (!elsewhere && urls < 2) continue;
    const std::string value = *kind;
    positionals.erase(kind);
    return apply(row, value);
  }
  return {};
}

/// `--socketio /chat ws://h`: a value that may be left out is one only behind a '='.
std::optional<Error> Parser::left_over(const std::vector<std::string>& positionals) const {
  const auto is_url = [](const std::string& word) { return word.find("://") != word.npos; };
  if (std::none_of(positionals.begin(), positionals.end(), is_url)) return std::nullopt;
  for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
    const std::string& word = words_[i + 1];
    const bool other = word.empty() || word.front() == '@' || is_url(word);
    if (!is_long(words_[i]) || other) continue;
    if (std::find(positionals.begin(), positionals.end(), word) == positionals.end()) continue;
    const OptionRow* row = find_long(words_[i].substr(2));
    if (row == nullptr || !row->may_take_value() || row->takes_value()) continue;
    const std::string shown = without_user_info(word);
    return Error{Stage::kUsage,
                 row->name() + " takes its value behind a '=', and '" + shown + "' is no URL",
                 "write " + row->name() + "=" + shown + " if that is the value",
                 {}};
  }
  return std::nullopt;
}

Result<void> Parser::take_positionals(const std::vector<std::string>& rest) {
  std::vector<std::string> positionals = url_->results();
  for (const std::string& word : rest) {
    if (word != "--") positionals.push_back(word);
  }
  if (auto taken = take_kind_of_times(positionals); !taken) return taken;
  if (auto error = left_over(positionals)) return fail(*std::move(error));
  const auto end_of_options = std::find(words_.begin(), words_.end(), "--");
  for (const std::string& word : positionals) {
    const bool meant = std::find(end_of_options, words_.end(), word) != words_.end();
    if (looks_like_option(word) && !meant) return fail(unknown(word));
    const bool profile = !word.empty() && word.front() == '@';
    if (!profile) {
      said_.push_back({find_long("connect"), word, Assignment::Layer::kCommandLine, {}});
    } else if (auto taken = take_profile(word); !taken) {
      return taken;
    }
  }
  return {};
}

Result<std::variant<Options, Text>> Parser::run() {
  std::vector<std::string> reversed;
  reversed.reserve(words_.size());
  for (auto word = words_.rbegin(); word != words_.rend(); ++word) {
    reversed.push_back(*word);
    if (is_long(*word) && word->find('=') == word->size() - 1) reversed.back() += kEmptyMark;
  }
  std::optional<Error> missing;
  try {
    app_.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch& mismatch) {
    missing = missing_value(mismatch.what());
  } catch (const CLI::Error& error) {
    missing = Error{Stage::kUsage, error.what(), {}, {}};
  }
  if (help_) {
    const bool all = url_->results() == std::vector<std::string>{"all"};  // --help all
    return Text{help_text(all ? Show::kFull : *help_)};
  }
  if (text_) return *std::move(text_);
  const std::vector<std::string> rest = app_.remaining();
  for (const std::string& word : rest) {
    if (looks_like_option(word)) return fail(unknown(word));
  }
  if (error_) return fail(*std::move(error_));
  if (missing) return fail(*std::move(missing));
  if (const auto taken = take_positionals(rest); !taken) return fail(taken.error());
  auto assignments = read_config();
  if (!assignments) return fail(std::move(assignments.error()));
  return conclude(std::move(*assignments));
}

Result<std::vector<Assignment>> Parser::read_config() {
  for (const Assignment& said : said_) {
    if (said.row->long_name != "config" && said.row->long_name != "print-config") continue;
    if (auto set = said.row->set(*said.row, said.value, options_); !set) return fail(set.error());
  }
  auto layers = read_layers(options_.profile, default_config_);
  if (!layers) return fail(std::move(layers.error()));
  for (auto* layer : {&layers->defaults, &layers->profile, &said_}) {
    if (auto read = read_header_files(*layer); !read) return fail(std::move(read.error()));
  }
  auto assignments = layered(layers->defaults, layers->profile, said_);
  if (options_.profile.print_config) return assignments;  // which shows references as they are
  for (Assignment& assignment : assignments) {
    if (auto followed = follow(assignment); !followed) return fail(followed.error());
  }
  return assignments;
}

/// What is wrong with several options together may be the file's fault.
Error with_places(Error error, const std::vector<Assignment>& assignments) {
  for (const Assignment& assignment : assignments) {
    if (assignment.layer == Assignment::Layer::kCommandLine) continue;
    const std::string name = assignment.row->name();
    const std::size_t at = error.message.find(name);
    if (at == std::string::npos) continue;
    const std::size_t end = at + name.size();
    if (end < error.message.size() &&
        (std::isalnum(static_cast<unsigned char>(error.message[end])) != 0 ||
         error.message[end] == '-'))
      continue;
    if (!error.hint.empty()) error.hint += "; ";
    error.hint += name + " is from " + assignment.setting.place.text();
  }
  return error;
}

Result<std::variant<Options, Text>> Parser::conclude(std::vector<Assignment> assignments) {
  Given given;
  Given typed;
  for (const Assignment& assignment : assignments) {
    given.add(*assignment.row);
    if (assignment.layer == Assignment::Layer::kCommandLine) typed.add(*assignment.row);
    const bool only_shown = options_.profile.print_config && assignment.refers();
    if (assignment.row->set == nullptr || only_shown) continue;
    auto set = assignment.refers()
                   ? assignment.row->set(*assignment.row, assignment.value, options_)
                   : assignment.row->apply(assignment.value, options_);
    if (set) continue;
    if (assignment.layer != Assignment::Layer::kCommandLine) {
      set.error().message.insert(0, assignment.setting.place.text() + ": ");
    }
    return fail(std::move(set.error()));
  }
  if (const auto checked = check_rules(given, options_); !checked) {
    return fail(with_places(checked.error(), assignments));
  }
  if (const auto checked = check_address(typed, options_);
      !checked && !options_.profile.print_config) {
    return fail(checked.error());
  }
  settle(given, options_);
  const ProfileOptions& profile = options_.profile;
  if (profile.print_config) return Text{print_config(assignments)};
  const bool leads_nowhere =
      options_.url.empty() && !options_.listen.enabled && options_.automation.script.empty();
  if (leads_nowhere && !profile.profile.empty()) {
    return fail(Stage::kUsage, "the profile @" + profile.profile + " has no url",
                "give one behind it, or write `url = \"wss://…\"` into the profile");
  }
  return std::move(options_);
}

}  // namespace

Result<std::variant<Options, Text>> parse_args(const std::vector<std::string>& words,
                                               const std::string& default_config) {
  return Parser(words, default_config).run();
}

}  // namespace wscope::cli
