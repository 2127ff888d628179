// Setters of the option table: a row's value → one field of Options, checked.
//
// Each is a function template over the group's member and the field's member, so a row of the table
// reads `text<&Options::handshake, &HandshakeOptions::origin>`. Later occurrences win, lists grow.
// Stage::kUsage when the value is not what the option takes. Included by option_table.cpp only.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/options.h"
#include "cli/option_table.h"
#include "cli/option_values.h"

namespace wscope::cli::setters {

template <auto Group, auto Field>
Result<void> text(const OptionRow&, const std::string& value, Options& options) {
  options.*Group.*Field = value;
  return {};
}

/// A name or path that can't be empty.
template <auto Group, auto Field>
Result<void> some_text(const OptionRow& row, const std::string& value, Options& options) {
  if (value.empty()) return fail(Stage::kUsage, row.name() + " '': must not be empty");
  options.*Group.*Field = value;
  return {};
}

/// A file of its own, beside what goes to standard output.
Result<void> file_to_write(const OptionRow& row, const std::string& value);
template <auto Group, auto Field>
Result<void> own_file(const OptionRow& row, const std::string& value, Options& options) {
  if (auto good = file_to_write(row, value); !good) return good;
  options.*Group.*Field = value;
  return {};
}

template <auto Group, auto Field>
Result<void> append(const OptionRow&, const std::string& value, Options& options) {
  (options.*Group.*Field).push_back(value);
  return {};
}

/// A flag: `Value` when given.
template <auto Group, auto Field, auto Value>
Result<void> put(const OptionRow&, const std::string&, Options& options) {
  options.*Group.*Field = Value;
  return {};
}

template <auto Group, auto Field, Bound Limit>
Result<void> seconds(const OptionRow& row, const std::string& value, Options& options) {
  const auto parsed = parse_seconds(row.name(), value, Limit);
  if (!parsed) return fail(parsed.error());
  options.*Group.*Field = *parsed;
  return {};
}

template <class T>
struct Unwrapped {
  using Type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using Type = T;
};

template <auto Group, auto Field, std::uint64_t Least, std::uint64_t Most = 0>
Result<void> count(const OptionRow& row, const std::string& value, Options& options) {
  using Number = typename Unwrapped<std::decay_t<decltype(options.*Group.*Field)>>::Type;
  const std::uint64_t most =
      Most != 0 ? Most : static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  const auto parsed = parse_count(row.name(), value, Least, most);
  if (!parsed) return fail(parsed.error());
  options.*Group.*Field = static_cast<Number>(*parsed);
  return {};
}

template <auto Group, auto Field>
Result<void> size(const OptionRow& row, const std::string& value, Options& options) {
  const auto parsed = parse_size(row.name(), value);
  if (!parsed) return fail(parsed.error());
  options.*Group.*Field = *parsed;
  return {};
}

/// The enumerator whose number is the choice's index plus `Offset`.
template <auto Group, auto Field, int Offset = 0>
Result<void> choice(const OptionRow& row, const std::string& value, Options& options) {
  using Enum = typename Unwrapped<std::decay_t<decltype(options.*Group.*Field)>>::Type;
  const auto index = parse_choice(row.name(), value, row.choices);
  if (!index) return fail(index.error());
  options.*Group.*Field = static_cast<Enum>(static_cast<int>(*index) + Offset);
  return {};
}

/// The first line of a file that holds a secret.
template <auto Group, auto Field>
Result<void> secret_in(const OptionRow& row, const std::string& path, Options& options) {
  auto content = read_secret_file(row.name(), path);
  if (!content) return fail(content.error());
  options.*Group.*Field = std::move(*content);
  return {};
}

/// A file of JSON, which may have lines.
template <auto Group, auto Field>
Result<void> json_in(const OptionRow& row, const std::string& path, Options& options) {
  auto content = read_option_file(row.name(), path);
  if (!content) return fail(content.error());
  if (content->find_first_not_of(" \t\r\n") == content->npos) {
    return fail(Stage::kUsage, row.name() + " '@" + path + "': the file is empty");
  }
  options.*Group.*Field = std::move(*content);
  return {};
}

/// -v, --trace, --trace-hex: the highest level wins, whatever the order.
template <TraceLevel Level>
Result<void> trace(const OptionRow&, const std::string&, Options& options) {
  TraceLevel& level = options.diagnosis.trace;
  if (level < Level) level = Level;
  return {};
}

template <DialectOptions::Kind Kind>
Result<void> dialect(const OptionRow& row, const std::string& value, Options& options) {
  const DialectOptions::Kind before = options.dialect.kind;
  if (before != DialectOptions::Kind::kNone && before != Kind) {
    return fail(Stage::kUsage, row.name() + ": another dialect was chosen already");
  }
  options.dialect.kind = Kind;
  if constexpr (Kind == DialectOptions::Kind::kSocketIo) {
    const bool rooted = !value.empty() && value.front() == '/';
    options.dialect.socketio_namespace = (rooted ? "" : "/") + value;
  }
  return {};
}

Result<void> cookie(const OptionRow& row, const std::string& value, Options& options);
Result<void> cookies_in(const OptionRow& row, const std::string& path, Options& options);
Result<void> auth(const OptionRow& row, const std::string& value, Options& options);
Result<void> on_key(const OptionRow& row, const std::string& value, Options& options);
Result<void> broadcast(const OptionRow& row, const std::string& value, Options& options);
Result<void> listen(const OptionRow& row, const std::string& value, Options& options);
Result<void> path(const OptionRow& row, const std::string& value, Options& options);
Result<void> url(const OptionRow& row, const std::string& value, Options& options);
Result<void> stomp_header(const OptionRow& row, const std::string& value, Options& options);
Result<void> script_report(const OptionRow& row, const std::string& value, Options& options);
Result<void> version(const OptionRow& row, const std::string& value, Options& options);
Result<void> speed(const OptionRow& row, const std::string& value, Options& options);

}  // namespace wscope::cli::setters
