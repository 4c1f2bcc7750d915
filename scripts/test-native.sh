#!/bin/sh
# Builds the native tests with address and undefined-behaviour sanitizers and runs them.
# usage: test-native.sh [LIBRARY…] [-- DOCTEST_OPTION…]
set -eu
cd "$(dirname "$0")/.."

libraries=
while [ $# -gt 0 ]; do
  case $1 in --) shift && break ;; *) libraries="$libraries $1" && shift ;; esac
done
log=$(mktemp)
trap 'rm -f "$log" "$log.one"' EXIT

cmake --preset asan >/dev/null
cmake --build --preset asan
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

# Adds up doctest's summary lines, what BERTH_SKIP printed, and executables that never came to a summary.
count() {
  awk -v crashed="$1" '
    /^skipped: / { skipped++ }
    /^\[doctest\] test cases:/ { gsub(/[^0-9|]/, ""); split($0, n, "|"); passed += n[2]; failed += n[3]; summaries++ }
    END { print passed - skipped + 0, failed + crashed, skipped + 0 }
  ' "$log"
}

status=0 crashed=0 ran=0
for tests in build-asan/*_tests; do
  library=$(basename "$tests" _tests)
  case " $libraries " in '  ' | *" $library "*) ;; *) continue ;; esac
  ran=1
  echo "$library:"
  before=$(grep -c '^\[doctest\] test cases:' "$log" || :)
  "$tests" --no-version=true "$@" >"$log.one" 2>&1 || status=1
  cat "$log.one"
  cat "$log.one" >>"$log" && rm "$log.one"
  [ "$(grep -c '^\[doctest\] test cases:' "$log" || :)" -gt "$before" ] || crashed=$((crashed + 1))
done
[ "$ran" = 1 ] || { echo "no native tests were built${libraries:+ for$libraries}" >&2 && exit 1; }
[ -z "${BERTH_TEST_COUNTS:-}" ] || count "$crashed" >"$BERTH_TEST_COUNTS"
exit "$status"
