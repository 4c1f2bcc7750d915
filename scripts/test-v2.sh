#!/bin/sh
# Runs integration and end-to-end tests in a virtual machine whose only cgroup hierarchy is cgroup v2 (scripts/v2).
# usage: test-v2.sh [--kernel 6.1|6.12] [--layout v2|hybrid|v1] [--part limits|boot] [FILE…]
#   --kernel  Debian 12's own kernel (6.1, the default), or its newer one
#   --layout  v2 is the default; hybrid: v1 controllers beside a cgroup2 tree without any; v1: no cgroup2 tree
#   --part    limits: the tests that set every limit and read it back; boot: what `boot enable` does where systemd boots; without it
#             all integration and end-to-end tests
set -eu
cd "$(dirname "$0")/.."

kernel=6.1 layout=v2 part='' tests='--project integration --project e2e' seconds=3600
while [ $# -gt 0 ]; do
  case $1 in
    --kernel) kernel=${2-} && shift ;;
    --layout) layout=${2-} && shift ;;
    --part)
      part=${2-} seconds=600
      case $part in
        limits) tests='--project integration test/integration/limits.test.ts' ;;
        boot) layout=systemd ;;
        *) echo "test-v2.sh: no part $part; there are: limits boot" >&2 && exit 2 ;;
      esac
      shift
      ;;
    --*) echo "test-v2.sh: unknown option $1" >&2 && exit 2 ;;
    *) tests="$tests $1" ;;
  esac
  shift
done
case $kernel in
  6.1) package=linux-image-cloud-amd64 ;;
  6.12) package=linux-image-6.12-cloud-amd64 ;;
  *) echo "test-v2.sh: no kernel $kernel; there are: 6.1 6.12" >&2 && exit 2 ;;
esac

case $layout in v1 | hybrid | v2 | systemd) ;; *) echo "test-v2.sh: no layout $layout; there are: v2 hybrid v1" >&2 && exit 2 ;; esac

skip() { echo "skipped: v2: $*" && exit 0; }
[ "$(uname -m)" = x86_64 ] || skip "the virtual machine is an x86-64 one"
[ -x /usr/lib/qemu/virtiofsd ] || skip 'no /usr/lib/qemu/virtiofsd: it comes with qemu-system-x86 of Debian 12'
[ "$layout" != systemd ] || [ -x /lib/systemd/systemd ] || skip 'no systemd on this machine'
apt-cache show "$package" >/dev/null 2>&1 || skip "no package $package in this release"

dir=$PWD/build-v2/$kernel
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir -p "$dir"
status=0
sh scripts/v2/kernel.sh "$package" "$dir" || status=$?
[ "$status" != 3 ] || skip "$package could not be downloaded"
[ "$status" = 0 ] || exit "$status"
if [ "$part" = boot ]; then
  sh scripts/v2/vm.sh "$dir" "$out" "$seconds" systemd sh scripts/v2/boot.sh prepare || status=$?
  exit "$status"
fi
# shellcheck disable=SC2086 # a list of words
sh scripts/v2/vm.sh "$dir" "$out" "$seconds" "$layout" \
  env CI=true BERTH_TEST_COUNTS=/run/out/counts npx vitest run $tests || status=$?
[ -z "${BERTH_TEST_COUNTS:-}" ] || [ ! -f "$out/counts" ] || cp "$out/counts" "$BERTH_TEST_COUNTS"
exit "$status"
