#!/bin/sh
# Checks how the C++ is formatted, or with --write formats it. Releases of clang-format differ: only 19 will do.
set -eu
cd "$(dirname "$0")/.."

if ! command -v clang-format-19 >/dev/null; then
  echo 'skipped: clang-format: clang-format-19 is not installed'
  exit 0
fi
case ${1:-} in
  --write) set -- -i ;;
  *) set -- --dry-run -Werror ;;
esac
find native test/native -name '*.cc' -o -name '*.h' | LC_ALL=C sort | xargs -r clang-format-19 "$@"
