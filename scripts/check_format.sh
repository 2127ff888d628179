#!/usr/bin/env bash
# Every C++ file of src/ and tests/ is formatted as .clang-format says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
find src tests -name '*.cpp' -print0 -o -name '*.h' -print0 |
  xargs -0 -r -n 8 -P 2 clang-format --dry-run -Werror
