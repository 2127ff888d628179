#!/usr/bin/env bash
# Configures (where needed) and builds one preset of CMakePresets.json; chatter goes to stderr.
#
#   scripts/build_preset.sh PRESET [cmake --build arguments]
set -euo pipefail
preset=$1
shift
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"
mkdir -p build
exec 9>build/.lock
flock 9 # two builds of one tree at once would spoil each other

cache=build/$preset/CMakeCache.txt
if [ -e "$cache" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" "$cache"; then
  rm -rf "build/$preset" # the tree was moved or copied; CMake refuses such a cache
fi
{
  [ -e "build/$preset/build.ninja" ] || cmake --preset "$preset"
  cmake --build --preset "$preset" "$@"
} </dev/null >&2 9>&-
