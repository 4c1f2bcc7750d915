#!/bin/sh
# Pid 1 of the guest: a host without systemd, with cgroup v2 and nothing else. Runs the command of $out/command with
# /tmp on a disk of its own, for overlayfs takes no upper directory on an overlay, and writes its exit code to $out/status.
# shellcheck disable=SC2013 # the words of one line
for word in $(cat /proc/cmdline); do
  case $word in
    berth.dir=*) checkout=$(dirname "$(dirname "${word#*=}")") ;;
    berth.out=*) out=${word#*=} ;;
    berth.modules=*) modules=${word#*=} ;;
  esac
done
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /dev/pts /dev/shm /run/checkout /run/disk /run/out
mount -t devpts -o ptmxmode=666,mode=620,gid=5 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
ln -sf /proc/self/fd /dev/fd
mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
mkdir -p /lib/modules
mount --bind "$modules" /lib/modules
mount -t virtiofs out /run/out
mount -t ext4 -o noatime /dev/vda /run/disk
mount --bind "$checkout" /run/checkout
mkdir -m 1777 /run/disk/tmp
mkdir -p /run/disk/lib
mount --bind /run/disk/tmp /tmp
mkdir -p "$checkout" "$out" /var/lib/berth
mount --bind /run/checkout "$checkout"
mount --bind /run/disk/lib /var/lib/berth
ip link set lo up 2>/dev/null || busybox ip link set lo up
hostname guest

# Threads of the command are not in the root cgroup, so that controllers can be passed on below it.
mkdir /sys/fs/cgroup/job
cd "$checkout" || exit
(
  echo 0 >/sys/fs/cgroup/job/cgroup.procs
  exec setsid sh /run/out/command </dev/null >/run/out/output 2>&1
) &
wait $!
echo $? >/run/out/status
sync
busybox reboot -f
