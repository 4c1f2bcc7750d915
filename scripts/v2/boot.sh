#!/bin/sh
# What `berth boot enable` promises, on a machine that systemd boots. Runs in the guest alone.
# usage: boot.sh prepare    before the power cut: a stack runs, the unit is enabled
#        boot.sh check      after it, started by systemd: what should run runs, in order, and the unit lets go of it
set -eu
cd "$(dirname "$0")/../.."
checkout=$PWD
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
dir=/var/lib/berth/boot-test
berth() { node "$checkout/dist/berth.cjs" -f "$dir/compose.yaml" "$@"; }

fail() { echo "boot: $*" && exit 1; }
expect() { [ "$2" = "$3" ] || fail "$1: expected '$3', found '$2'"; }
running() { berth ps --services | sort | xargs; }
pids() { berth ps --format json | sed 's/.*"Pid":\([0-9]*\).*/\1/' | xargs; }
unit() { systemctl show -P "$1" berth-boot.service; }

prepare() {
  mkdir -p "$dir/rootfs/bin"
  cp /bin/busybox "$dir/rootfs/bin/busybox"
  cat >"$dir/compose.yaml" <<'STACK'
name: berthtestboot
services:
  db:
    image: box
    command: [/bin/busybox, sleep, '1000']
    network_mode: none
    init: true
    restart: always
    cpus: 0.5
    mem_limit: 64m
    pids_limit: 50
    healthcheck: { test: [CMD, /bin/busybox, 'true'], interval: 30s, start_interval: 500ms, start_period: 60s }
  web:
    image: box
    command: [/bin/busybox, sleep, '1000']
    network_mode: service:db
    init: true
    restart: unless-stopped
    depends_on: { db: { condition: service_healthy } }
  stopped:
    image: box
    command: [/bin/busybox, sleep, '1000']
    network_mode: none
    init: true
    restart: unless-stopped
  once:
    image: box
    command: [/bin/busybox, sleep, '1000']
    network_mode: none
images:
  box:
    base: { rootfs: ./rootfs }
STACK
  berth up -d
  berth stop stopped
  berth boot enable
  expect 'services that run before' "$(running)" 'db once web'
}

check() {
  expect 'state of the unit' "$(unit ActiveState) $(unit SubState) $(unit Result)" 'active exited success'
  expect 'services that run after the boot' "$(running)" 'db web'
  expect 'processes that the unit holds' "$(unit TasksCurrent)" '[not set]'
  before=$(pids)
  systemctl stop berth-boot.service
  expect 'processes after the unit was stopped' "$(pids)" "$before"
  systemctl start berth-boot.service
  expect 'processes after it was started again' "$(pids)" "$before"
  # What systemd makes of the controllers at the top of the tree leaves our limits alone.
  systemctl daemon-reload
  expect 'plan for what boot started' "$(berth plan db web)" 'No changes.'
  berth boot disable
  systemctl daemon-reload
  expect 'the unit after boot disable' "$(unit LoadState)" not-found
  berth down -t 1
  echo 'boot: ok'
}

"$1"
