#!/bin/sh
# Runs a command in a virtual machine with a Debian kernel whose cgroups are laid out as asked. The guest sees this host's files; what it writes is gone afterwards, but for the folder OUT. Works without KVM.
# usage: vm.sh KERNEL_DIR OUT SECONDS v2|hybrid|v1|systemd COMMAND…    prints the command's output, exits with its code; 125: no result
set -eu
kernel=$1 out=$2 seconds=$3 layout=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d /var/tmp/berth-vm.XXXXXX)
pids=
# shellcheck disable=SC2317 # called by the trap
clean_up() {
  for pid in $pids; do kill "$pid" 2>/dev/null || :; done
  for pid in $pids; do wait "$pid" 2>/dev/null || :; done
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# A word that a shell reads as the argument itself.
quote() { printf "'%s' " "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

share() {
  /usr/lib/qemu/virtiofsd --socket-path="$scratch/$1" -o source="$2" -o sandbox=chroot -o cache="$3" -o xattr \
    --rlimit-nofile=0 -o log_level=err >"$scratch/$1.log" 2>&1 &
  pids="$pids $!"
  tries=0
  until [ -S "$scratch/$1" ]; do
    tries=$((tries + 1))
    [ $tries -lt 500 ] || { cat "$scratch/$1.log" >&2 && exit 125; }
    sleep 0.01
  done
}

for word in "$@"; do quote "$word"; done >"$out/command"
: >"$out/output"
rm -f "$out/status"
truncate -s 8G "$scratch/disk"
mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1,nodiscard "$scratch/disk"
share host / always
share out "$out" none

# KVM within a virtual machine is a matter of luck; this is always there.
timeout --foreground -k 5 "$seconds" qemu-system-x86_64 -M q35 -accel tcg,thread=multi,tb-size=512 -cpu max,la57=off -smp 2 -m 4G \
  -object memory-backend-memfd,id=memory,size=4G,share=on -numa node,memdev=memory \
  -nodefaults -no-user-config -nographic -no-reboot \
  -kernel "$kernel/vmlinuz" -initrd "$kernel/initrd" \
  -append "console=ttyS0 quiet mitigations=off tsc=reliable no_timer_check panic=-1 random.trust_cpu=1 swapaccount=1 \
berth.dir=$here berth.out=$out berth.modules=$kernel/lib/modules berth.layout=$layout" \
  -serial "file:$scratch/console" \
  -chardev "socket,id=host,path=$scratch/host" -device vhost-user-fs-pci,chardev=host,tag=host \
  -chardev "socket,id=out,path=$scratch/out" -device vhost-user-fs-pci,chardev=out,tag=out \
  -drive "if=none,id=disk,file=$scratch/disk,format=raw,cache=unsafe" -device virtio-blk-pci,drive=disk \
  -device virtio-rng-pci </dev/null &
qemu=$!
pids="$pids $qemu"
tail -q -c +1 -f --pid=$qemu -s 0.1 "$out/output" &
tail=$!
wait $qemu || :
wait $tail || :
if [ ! -f "$out/status" ]; then
  echo "vm: no result within $seconds s; the console's last lines:" >&2
  tail -n 30 "$scratch/console" >&2
  exit 125
fi
exit "$(cat "$out/status")"
