#!/bin/sh
# Builds the fuzzers (clang, address and undefined-behaviour sanitizers) and runs each for a while.
# usage: fuzz.sh [SECONDS_EACH [NAME…]]    inputs that were found stay in build-fuzz/corpus/NAME
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-60}
[ $# -eq 0 ] || shift
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz
if [ $# -eq 0 ]; then
  for source in test/native/fuzz/*_fuzz.cc; do
    set -- "$@" "$(basename "$source" _fuzz.cc)"
  done
fi

for name; do
  mkdir -p "build-fuzz/corpus/$name"
  echo "$name:"
  "build-fuzz/${name}_fuzz" -max_total_time="$seconds" -artifact_prefix="build-fuzz/$name-" -print_final_stats=0 \
    "build-fuzz/corpus/$name"
done
