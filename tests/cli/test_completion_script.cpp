#include "cli/completion_script.h"
#include "cli/option_table.h"
#include "cli/support.h"

using namespace wscope;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("each shell's script offers every option") {
  for (const cli::OptionRow& row : cli::option_table()) {
    if (row.long_name.empty()) continue;
    CAPTURE(row.name());
    const std::string name(row.long_name);
    const std::string bash = cli::completion_script("bash");
    const bool in_bash = has(bash, " --" + name + " ") || has(bash, " --" + name + "'");
    CHECK(in_bash);
    const std::string zsh = cli::completion_script("zsh");
    const bool in_zsh = has(zsh, "--" + name + ")'") || has(zsh, ",--" + name + "=") ||
                        has(zsh, "'*'--" + name + "=");
    CHECK(in_zsh);
    CHECK(has(cli::completion_script("fish"), " -l " + name + " "));
  }
}

TEST_CASE("bash: choices, files, hosts, nothing") {
  const std::string script = cli::completion_script("bash");
  CHECK(has(script,
            "    --color | --color=) mapfile -t COMPREPLY < <(compgen -W 'auto always never' "
            "-- \"$cur\") ;;\n"));
  CHECK(has(
      script,
      "    --ca | --ca=) compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -f -- "
      "\"$cur\") ;;\n"));
  CHECK(has(script, "    -o | --origin | --origin=) : ;;\n"));
  CHECK(has(script, "    --help=) mapfile -t COMPREPLY < <(compgen -W 'all' -- \"$cur\") ;;\n"));
  CHECK_FALSE(has(script, "--help | "));
}

TEST_CASE("zsh: repeatable, exclusive, quoted, optional") {
  const std::string script = cli::completion_script("zsh");
  CHECK(script.rfind("#compdef wscope\n", 0) == 0);
  CHECK(has(script, "    '*'{-x+,--execute=}'[send MSG, then leave as after EOF]:MSG: ' \\\n"));
  CHECK(has(script, "    '(-b --binary)'{-b,--binary}'[send input as binary messages]' \\\n"));
  CHECK(has(script, "    '(--ca)'--ca='[trust these certificates (PEM)]:FILE:_files' \\\n"));
  CHECK(has(script, "(1; -1\\: no end)]:S: '"));
  CHECK(has(script, "'[don'\\''t answer pings]'"));
  CHECK(has(script, "{-h,--help=-}'[this help; --help=all\\: every option]::all:(all)'"));
}

TEST_CASE("fish: one line an option") {
  const std::string script = cli::completion_script("fish");
  CHECK(has(script, "\ncomplete -c wscope -s b -l binary -d 'send input as binary messages'\n"));
  CHECK(has(script, "\ncomplete -c wscope -l ca -r -F -d 'trust these certificates (PEM)'\n"));
  CHECK(has(script, "\ncomplete -c wscope -l color -x -a 'auto always never' -d "));
  CHECK(has(script, "\ncomplete -c wscope -s h -l help -a 'all' -d "));
  CHECK(has(script, " -d 'don\\'t answer pings'\n"));
}
