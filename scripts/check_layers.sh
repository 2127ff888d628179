#!/usr/bin/env bash
# Enforces the rooms of src/: who may include whom, which library lives where, and how big a file is.
#
# Prints one line a violation, as file:line: what, and leaves with 1 when there is any. The folders
# are flat: src/<folder>/<unit>.{h,cpp}; own headers are included as "<folder>/<unit>.h".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

violations=$(
  find src -name '*.cpp' -o -name '*.h' | LC_ALL=C sort | xargs awk '
    function violation(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
    function begins(text, start) { return substr(text, 1, length(start)) == start }
    function end_file() {
      if (file == "src/main.cpp" && lines > 40) printf "%s: %d lines; main may have 40\n", file, lines
      if (lines > 600) printf "%s: %d lines; a file may have 600\n", file, lines
    }
    BEGIN {
      may["base"] = " base "
      may["net"] = " base net "
      may["ws"] = " base ws "
      may["input"] = " base input "
      may["output"] = " base output "
      may["dialect"] = " base dialect "
      may["cli"] = " base cli "
      may["session"] = " base net ws dialect input output session "
    }
    FNR == 1 {
      if (file != "") end_file()
      file = FILENAME
      depth = split(FILENAME, part, "/")
      folder = depth == 3 ? part[2] : ""
      is_header = FILENAME ~ /\.h$/
      is_main = FILENAME == "src/main.cpp"
      if (!is_main && !(folder in may)) violation("no such room: the folders of src/ are base cli net ws dialect session input output")
    }
    { lines = FNR }
    # own headers
    /^[ \t]*#[ \t]*include[ \t]*"/ {
      split($0, quoted, "\"")
      slash = index(quoted[2], "/")
      target = slash ? substr(quoted[2], 1, slash - 1) : ""
      if (!(target in may)) violation("\"" quoted[2] "\" is not spelled \"<folder>/<unit>.h\"")
      else if (!is_main && index(may[folder], " " target " ") == 0)
        violation(folder " may not include " target " (\"" quoted[2] "\")")
    }
    # libraries
    /^[ \t]*#[ \t]*include[ \t]*</ {
      split($0, angled, /[<>]/)
      name = angled[2]
      if (begins(name, "asio") && folder != "net") {
        if (folder != "session") violation("<" name ">: only net and session use Asio")
        else if (name == "asio.hpp" || name ~ /^asio\/(ip|local|ssl|generic)[\/.]/ ||
                 name ~ /socket/ || name ~ /^asio\/(connect|read|write)/)
          violation("<" name ">: sockets are only in net")
      }
      if (name == "asio.hpp") violation("<asio.hpp> whole: take the small headers")
      if (begins(name, "openssl/") && folder != "net") violation("<" name ">: only net uses OpenSSL")
      if (begins(name, "websocketpp/") && FILENAME !~ /^src\/ws\/engine[a-z_]*\.(cpp|h)$/ &&
          !(begins(name, "websocketpp/sha1/") && FILENAME == "src/ws/handshake_request.cpp"))
        violation("<" name ">: websocketpp lives in src/ws/engine*")
      if (begins(name, "CLI/") && folder != "cli") violation("<" name ">: only cli uses CLI11")
      if (begins(name, "toml++/") && FILENAME != "src/cli/config_file.cpp")
        violation("<" name ">: toml++ lives in src/cli/config_file.cpp")
      if (begins(name, "readline/") && FILENAME != "src/input/line_editor.cpp")
        violation("<" name ">: readline lives in src/input/line_editor.cpp")
      if (begins(name, "nlohmann/") && (is_header || folder !~ /^(input|output|session|dialect)$/))
        violation("<" name ">: JSON is for .cpp files of input, output, session and dialect")
      if (begins(name, "fmt/") && is_header) violation("<" name "> in a header: keep headers light")
    }
    END { if (file != "") end_file() }
  '
)
if [ -n "$violations" ]; then
  printf '%s\n' "$violations" >&2
  exit 1
fi
