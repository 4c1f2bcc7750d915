#!/bin/sh
# Runs the lanes of test/README.md in turn, cheap ones first, and stops at the first that fails.
# usage: test.sh [LANE…]
set -eu
cd "$(dirname "$0")/.."

all_lanes='format lint types unit native fuzz integration e2e v2'

# The npm script of a lane and its budget in seconds on two quiet cores.
lane() {
  case $1 in
    format) script=format:check budget=30 ;;
    lint) script=lint budget=30 ;;
    types) script=typecheck budget=30 ;;
    unit) script=test:unit budget=60 ;;
    native) script=test:native budget=300 ;;
    fuzz) script=test:fuzz budget=180 ;;
    integration) script=test:integration budget=240 ;;
    e2e) script=test:e2e budget=360 ;;
    v2) script=test:v2:parts budget=120 ;;
    *) echo "test.sh: no lane $1; there are: $all_lanes" >&2 && exit 2 ;;
  esac
}

results=$(mktemp -d)
pid=
trap 'rm -rf "$results"' EXIT
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; exit 130' INT TERM

passed=0 failed=0 skipped=0

# A lane that counts no tests of its own is one check; a failed lane has failed at least once.
add_counts() {
  if [ -f "$2" ]; then
    read -r lane_passed lane_failed lane_skipped <"$2"
  else
    lane_passed=0 lane_failed=0 lane_skipped=$(grep -c '^skipped: ' "$3" || :)
    [ "$1" != 0 ] || lane_passed=1
  fi
  [ "$1" = 0 ] || [ "$lane_failed" -gt 0 ] || lane_failed=1
  passed=$((passed + lane_passed)) failed=$((failed + lane_failed)) skipped=$((skipped + lane_skipped))
}

# A lane may hang on a kernel bug as well as on ours, so three budgets end it. `timeout` puts it into a process group of
# its own: hence the wait, so that an interrupt is passed on.
run_lane() {
  lane "$1"
  echo "== $1: npm run $script"
  start=$(date +%s)
  mkfifo "$results/pipe"
  tee "$results/$1.log" <"$results/pipe" &
  tee_pid=$!
  BERTH_TEST_COUNTS=$results/$1 timeout -k 30 $((3 * budget)) npm run --silent "$script" >"$results/pipe" 2>&1 &
  pid=$!
  status=0
  wait "$pid" || status=$?
  pid=
  wait "$tee_pid"
  rm "$results/pipe"
  seconds=$(($(date +%s) - start))
  add_counts "$status" "$results/$1" "$results/$1.log"
  outcome=ok
  [ "$status" = 0 ] || outcome=failed
  [ "$status" != 124 ] || outcome='failed: took three times its budget'
  over=
  [ "$seconds" -le "$budget" ] || over=', over its budget'
  echo "== $1: $outcome in $seconds s of $budget s$over ($lane_passed passed, $lane_failed failed, $lane_skipped skipped)"
  return "$status"
}

status=0
[ $# -gt 0 ] || eval "set -- $all_lanes"
for name in "$@"; do lane "$name"; done
for name in "$@"; do
  run_lane "$name" || { status=1 && break; }
done
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
