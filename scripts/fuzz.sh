#!/bin/sh
# Builds the fuzzers (clang, address and undefined-behaviour sanitizers) and runs each for a while, two at once, after it has
# replayed its seeds (test/native/fuzz/corpus/NAME) and what earlier runs found (build-fuzz/corpus/NAME).
# usage: fuzz.sh [SECONDS_EACH [NAME…]]    an input that fails is left in build-fuzz/NAME-*
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-300}
[ $# -eq 0 ] || shift
if ! command -v clang++-19 >/dev/null; then
  echo 'skipped: fuzz: there is no clang++-19'
  exit 0
fi
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
if [ $# -eq 0 ]; then
  for source in test/native/fuzz/*_fuzz.cc; do
    set -- "$@" "$(basename "$source" _fuzz.cc)"
  done
fi

fuzz() {
  mkdir -p "build-fuzz/corpus/$1" "test/native/fuzz/corpus/$1"
  "build-fuzz/${1}_fuzz" -max_total_time="$seconds" -timeout=20 -artifact_prefix="build-fuzz/$1-" -print_final_stats=1 \
    "build-fuzz/corpus/$1" "test/native/fuzz/corpus/$1" >"build-fuzz/$1.log" 2>&1
}

# What a fuzzer did in one line; of one that failed, all that it said.
report() {
  if [ "$2" = 0 ]; then
    sed -n "s/^stat::number_of_executed_units: */$1: ok, inputs: /p" "build-fuzz/$1.log"
    passed=$((passed + 1))
  else
    echo "$1: failed" && cat "build-fuzz/$1.log"
    failed=$((failed + 1))
  fi
}

finish() {
  status=0
  wait "$2" || status=$?
  report "$1" "$status"
}

passed=0 failed=0 running=
for name; do
  fuzz "$name" &
  # shellcheck disable=SC2086
  [ -z "$running" ] || finish $running
  running="$name $!"
done
# shellcheck disable=SC2086
[ -z "$running" ] || finish $running
[ -z "${BERTH_TEST_COUNTS:-}" ] || echo "$passed $failed 0" >"$BERTH_TEST_COUNTS"
[ "$failed" = 0 ]
