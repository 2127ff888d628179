#include "cli/completion_script.h"

#include "cli/option_table.h"

namespace wscope::cli {
namespace {

std::string join_choices(const OptionRow& row) {
  std::string words(row.choices);
  for (char& letter : words) {
    if (letter == '|') letter = ' ';
  }
  return words;
}

/// "-x|--execute": how the option may be written, joined by `between`.
std::string spellings(const OptionRow& row, std::string_view between) {
  std::string names;
  if (row.short_name != '\0') names = {'-', row.short_name};
  if (!row.long_name.empty()) {
    if (!names.empty()) names += between;
    names.append("--").append(row.long_name);
  }
  return names;
}

// --- bash: the line is split here, because bash also breaks words at '=', ':' and '@'

constexpr std::string_view kBashHead =
    R"(# bash completion for wscope, printed by `wscope --completion bash`
_wscope() {
  local line=${COMP_LINE:0:COMP_POINT} words=()
  local cur=${line##*[[:space:]]}
  read -ra words <<< "${line%"$cur"}"
  local prev=${words[-1]-} equals=
  if [[ $cur == --*=* ]]; then
    prev=${cur%%=*} cur=${cur#*=} equals==
  fi
  COMPREPLY=()
  case $prev$equals in
)";

constexpr std::string_view kBashMiddle = R"(    *)
      if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W ')";

constexpr std::string_view kBashEnd = R"bash(' -- "$cur")
      elif [[ -z $equals && $cur == @* ]]; then
        local config=() word last=
        for word in "${words[@]}"; do
          [[ $word == --config=* ]] && config=("$word")
          [[ $last == --config ]] && config=("--config=$word")
          last=$word
        done
        mapfile -t COMPREPLY < <(compgen -W "$("${words[0]}" "${config[@]}" --completion profiles)" -- "$cur")
      elif [[ -z $equals ]]; then
        mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
      fi
      ;;
  esac
  # readline replaces only what stands behind the last character that breaks words, but for '@'
  local behind=${cur##*[${COMP_WORDBREAKS//@/}]}
  COMPREPLY=("${COMPREPLY[@]#"${cur%"$behind"}"}")
}
complete -F _wscope wscope
)bash";

std::string bash_answer(const OptionRow& row) {
  const auto reply = [](const std::string& words) {
    return "mapfile -t COMPREPLY < <(compgen " + words + ")";
  };
  if (!row.choices.empty()) return reply("-W '" + join_choices(row) + "' -- \"$cur\"");
  switch (row.complete) {
    case Complete::kFile:
      return "compopt -o filenames 2> /dev/null; " + reply("-f -- \"$cur\"");
    case Complete::kAtFile:
      return "[[ $cur == @* ]] && " + reply("-P @ -f -- \"${cur#@}\"");
    case Complete::kHost:
      return reply("-A hostname -- \"$cur\"");
    case Complete::kNothing:
      break;
  }
  return ":";
}

std::string bash_script() {
  std::string script(kBashHead);
  std::string words;
  for (const OptionRow& row : option_table()) {
    words.append(words.empty() ? "" : " ").append(spellings(row, " "));
    if (!row.may_take_value()) continue;
    script += "    ";
    if (row.takes_value()) script += spellings(row, " | ") + " | ";
    script += row.name() + "=) " + bash_answer(row) + " ;;\n";
  }
  return script.append(kBashMiddle).append(words).append(kBashEnd);
}

// --- zsh: one _arguments specification an option

/// Inside '…' and [help] or :message: of a specification.
std::string zsh_quoted(std::string_view text) {
  std::string quoted;
  for (const char letter : text) {
    if (letter == '\'') {
      quoted += "'\\''";
      continue;
    }
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted;
}

std::string zsh_action(const OptionRow& row) {
  if (!row.choices.empty()) return "(" + join_choices(row) + ")";
  switch (row.complete) {
    case Complete::kFile:
      return "_files";
    case Complete::kAtFile:
      return "_wscope_at_file";
    case Complete::kHost:
      return "_hosts";
    case Complete::kNothing:
      break;
  }
  return " ";
}

std::string zsh_specification(const OptionRow& row) {
  std::string value;
  std::string short_end;
  std::string long_end;
  if (row.takes_value()) {
    short_end = "+";
    long_end = "=";
    value = ":" + zsh_quoted(row.value_name()) + ":" + zsh_action(row);
  } else if (row.may_take_value()) {
    long_end = "=-";
    value =
        "::" + zsh_quoted(row.argument.substr(2, row.argument.size() - 3)) + ":" + zsh_action(row);
  }
  std::string names;
  if (row.short_name != '\0') names = std::string{'-', row.short_name} + short_end;
  const bool both = !names.empty() && !row.long_name.empty();
  if (both) names += ',';
  if (!row.long_name.empty()) names += "--" + std::string(row.long_name) + long_end;
  if (both) names = "{" + names + "}";
  const std::string before = row.repeatable() ? "*" : "(" + spellings(row, " ") + ")";
  return "'" + before + "'" + names + "'[" + zsh_quoted(row.help) + "]" + value + "'";
}

std::string zsh_script() {
  std::string script =
      "#compdef wscope\n"
      "# zsh completion for wscope, printed by `wscope --completion zsh`\n"
      "_wscope_at_file() {\n"
      "  compset -P @ && _files\n"
      "}\n"
      "_wscope_place() {\n"
      "  if [[ $PREFIX == @* ]]; then\n"
      "    local -a profiles=(${(f)\"$($words[1] ${(M)words:#--config=*} --completion "
      "profiles)\"})\n"
      "    compadd -a profiles\n"
      "  else\n"
      "    _hosts\n"
      "  fi\n"
      "}\n"
      "_wscope() {\n"
      "  _arguments -s -S \\\n";
  for (const OptionRow& row : option_table()) {
    script += "    " + zsh_specification(row) + " \\\n";
  }
  return script +
         "    '1:URL:_wscope_place'\n"
         "}\n"
         "if [[ $funcstack[1] == _wscope ]]; then\n"
         "  _wscope \"$@\"\n"
         "else\n"
         "  compdef _wscope wscope\n"
         "fi\n";
}

// --- fish: one `complete` command an option

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + "'";
}

std::string fish_value(const OptionRow& row) {
  if (!row.may_take_value()) return "";
  std::string required = row.takes_value() ? " -x" : "";
  if (!row.choices.empty()) return required + " -a '" + join_choices(row) + "'";
  switch (row.complete) {
    case Complete::kFile:
      return " -r -F";
    case Complete::kAtFile:
      return required + " -a '(__wscope_at_file)'";
    case Complete::kHost:
      return required + " -a '(__fish_print_hostnames)'";
    case Complete::kNothing:
      break;
  }
  return required;
}

std::string fish_script() {
  std::string script =
      "# fish completion for wscope, printed by `wscope --completion fish`\n"
      "function __wscope_at_file\n"
      "  set -l token (commandline -ct)\n"
      "  string match -q -- '@*' $token\n"
      "  and printf '@%s\\n' (__fish_complete_path (string sub -s 2 -- $token))\n"
      "end\n"
      "complete -c wscope -f -a '(__fish_print_hostnames)'\n"
      "complete -c wscope -n 'string match -q -- \"@*\" (commandline -ct)' -f"
      " -a '(wscope (string match -- \"--config=*\" (commandline -opc)) --completion profiles)'\n";
  for (const OptionRow& row : option_table()) {
    script += "complete -c wscope";
    if (row.short_name != '\0') script += std::string(" -s ") + row.short_name;
    if (!row.long_name.empty()) script += " -l " + std::string(row.long_name);
    script += fish_value(row) + " -d " + fish_quoted(row.help) + "\n";
  }
  return script;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  return fish_script();
}

}  // namespace wscope::cli
