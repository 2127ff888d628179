#!/usr/bin/env bash
# Compares the option table with the man page, the completions, the changelog and the README.
# Usage: scripts/check_docs.sh [path/to/wscope]; without a path it builds build/release/wscope, so that
# no older program is asked. Prints the differences and leaves with 1 if there are any.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
wscope=${1:-}
if [[ -z $wscope ]]; then
  # From nothing that takes minutes: whoever waits, or cuts it short, is told.
  [[ -x build/release/wscope ]] || echo "check_docs: building wscope first" >&2
  if ! scripts/build_preset.sh release --target wscope 2>"$work/build"; then
    echo "check_docs: wscope can't be built:" >&2
    tail -n 20 "$work/build" >&2
    exit 1
  fi
  wscope=build/release/wscope
elif [[ ! -x $wscope ]]; then
  echo "check_docs: there is no program $wscope" >&2
  exit 1
fi
failed=0
complain() {
  echo "check_docs: $*"
  failed=1
}
# compare TITLE1 FILE1 TITLE2 FILE2
compare() {
  diff -u --label "$1" "$2" --label "$3" "$4" >"$work/difference" && return
  complain "$3 differs from the $1:"
  cat "$work/difference"
}

# Columns: group, short name, long name, argument, choices; "-" where there is none.
"$wscope" --completion list >"$work/options" || exit 1
awk -F '\t' '{ print $2; print $3 }' "$work/options" | grep -E -- '-.' | sort -u >"$work/names"
grep -E '^--' "$work/names" >"$work/long_names"
unknown_in() { sort -u | grep -vxF -f "$work/names"; }

# --- the man page: groups, options and arguments, in the order of the table --------------------------
man_page=man/wscope.1
awk -F '\t' '
  $1 != group { group = $1; print "group " group }
  {
    argument = $4 == "-" ? "" : ($4 ~ /^\[=/ ? "" : " ") $4
    print ($2 == "-" ? "" : $2) ($2 == "-" || $3 == "-" ? "" : ", ") ($3 == "-" ? "" : $3) argument
  }' "$work/options" >"$work/table"
awk '
  /^\.Sh / { inside = /OPTIONS/ }
  !inside { next }
  /^\.Ss / { sub(/^\.Ss /, ""); print "group " $0 }
  /^\.It Fl / {
    text = ""; end = ""
    for (i = 2; i <= NF; i++) {
      if ($i == "Fl") text = text "-" $(++i)
      else if ($i == ",") text = text ", "
      else if ($i == "Ar") text = text " "
      else if ($i == "Op") { text = text "["; end = "]" }
      else if ($i != "Ns") text = text $i
    }
    print text end
  }' "$man_page" >"$work/man"
compare 'option table' "$work/table" "$man_page" "$work/man"

# Each choice has a word in its option's entry.
awk -F '\t' '
  FNR == NR { if ($4 !~ /^\[=/ && $5 != "-") choices[$3] = $5; next }
  /^\.(It Fl|Sh|Ss)/ { name = "" }
  /^\.It Fl / {
    words = split($0, word, " ")
    for (i = 1; i < words; i++) if (word[i] == "Fl" && ("-" word[i + 1]) in choices) name = "-" word[i + 1]
  }
  name != "" { entry[name] = entry[name] " " $0 " " }
  END {
    for (name in choices) {
      count = split(choices[name], choice, "|")
      for (i = 1; i <= count; i++)
        if (!index(entry[name], " " choice[i] " ")) print name " does not tell of " choice[i]
    }
  }' FS='\t' "$work/options" FS=' ' "$man_page" >"$work/untold"
while read -r line; do complain "$man_page: $line"; done <"$work/untold"

# Every option that a text names must be there: .Fl in the man page, command lines in all.
{
  grep -oE '\bFl -?[A-Za-z0-9][A-Za-z0-9-]*' "$man_page" | sed 's/^Fl /-/' | unknown_in |
    sed "s|^|$man_page names an option that is none: |"
  for text in man/*.[1-9] README.md; do
    [[ -f $text ]] || continue
    grep -oE '(^|[^[:alnum:]_/-])(wscope|scripts/run) .*' "$text" |
      grep -oE -- '[[:space:]]--[a-z][a-z0-9-]*' | tr -d ' \t' | unknown_in |
      sed "s|^|$text uses an option that is none: |"
  done
} >"$work/unknown"
while read -r line; do complain "$line"; done <"$work/unknown"

if command -v mandoc >/dev/null; then
  for page in man/*.[1-9]; do
    # Which other manuals are installed says nothing about ours.
    mandoc -T lint "$page" >"$work/lint_all" 2>/dev/null
    grep -v 'referenced manual not found' "$work/lint_all" >"$work/lint" || continue
    complain "mandoc is not content with $page:"
    cat "$work/lint"
  done
fi

# --- the completions ---------------------------------------------------------------------------------
for shell in bash zsh fish; do
  "$wscope" --completion "$shell" >"$work/script" || exit 1
  case $shell in
    fish) sed -nE 's/^complete .* -l ([a-z0-9-]+).*/--\1/p' "$work/script" ;;
    *) grep -oE -- '--[a-z0-9][a-z0-9-]*' "$work/script" ;;
  esac | grep -vxF -- --completion | sort -u >"$work/offered"
  grep -vxF -- --completion "$work/long_names" >"$work/expected"
  compare 'option table' "$work/expected" "$shell completion" "$work/offered"
  if command -v "$shell" >/dev/null; then
    "$shell" -n "$work/script" || complain "$shell does not accept its completion script"
  fi
done

# --- the changelog -----------------------------------------------------------------------------------
grep -oE -- '`--?[A-Za-z0-9][A-Za-z0-9-]*' CHANGELOG.md | tr -d '`' | sort -u >"$work/changelog"
grep -vxF -f "$work/changelog" "$work/long_names" >"$work/untold"
while read -r name; do complain "CHANGELOG.md does not tell of $name"; done <"$work/untold"
unknown_in <"$work/changelog" >"$work/unknown"
while read -r name; do
  complain "CHANGELOG.md names an option that is none: $name"
done <"$work/unknown"
version=$("$wscope" --version | sed -n '1s/^wscope //p')
grep -qE "^## ${version//./\\.}( |$)" CHANGELOG.md ||
  complain "CHANGELOG.md has no section for $version"

((failed == 0)) && echo "check_docs: $(wc -l <"$work/options") options, all told everywhere"
exit "$failed"
