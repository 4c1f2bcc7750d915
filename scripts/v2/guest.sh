#!/bin/sh
# Pid 1 of the guest: a host without systemd, whose cgroups are laid out as asked: v2, hybrid or v1; with `systemd` it is v2, and
# systemd boots once the command is done. Runs the command of $out/command with
# /tmp on a disk of its own, for overlayfs takes no upper directory on an overlay, and writes its exit code to $out/status.
# shellcheck disable=SC2013 # the words of one line
for word in $(cat /proc/cmdline); do
  case $word in
    berth.dir=*) checkout=$(dirname "$(dirname "${word#*=}")") ;;
    berth.out=*) out=${word#*=} ;;
    berth.modules=*) modules=${word#*=} ;;
    berth.layout=*) layout=${word#*=} ;;
  esac
done
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /dev/pts /dev/shm /run/checkout /run/disk /run/out
mount -t devpts -o ptmxmode=666,mode=620,gid=5 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
ln -sf /proc/self/fd /dev/fd
mkdir -p /lib/modules
mount --bind "$modules" /lib/modules
if [ "$layout" = v2 ] || [ "$layout" = systemd ]; then
  mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 /sys/fs/cgroup
else
  mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  # Two in one hierarchy and one that is mounted nowhere, as hosts have it.
  for controllers in cpu,cpuacct cpuset memory devices freezer blkio pids; do
    mkdir "/sys/fs/cgroup/$controllers"
    mount -t cgroup -o "$controllers" cgroup "/sys/fs/cgroup/$controllers"
  done
  if [ "$layout" = hybrid ]; then
    mkdir /sys/fs/cgroup/unified
    mount -t cgroup2 -o nsdelegate cgroup2 /sys/fs/cgroup/unified
  else
    modprobe bfq # without it, as on the hybrid one, there are no weights of v1's blkio
  fi
fi
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
for tree in /sys/fs/cgroup /sys/fs/cgroup/unified; do
  [ ! -f "$tree/cgroup.subtree_control" ] || mkdir "$tree/job"
done
cd "$checkout" || exit
(
  for job in /sys/fs/cgroup/job /sys/fs/cgroup/unified/job; do
    [ ! -d "$job" ] || echo 0 >"$job/cgroup.procs"
  done
  exec setsid sh /run/out/command </dev/null >/run/out/output 2>&1
) &
wait $!
status=$?
# shellcheck source=scripts/v2/power-cut.sh
[ "$layout" != systemd ] || [ "$status" != 0 ] || . scripts/v2/power-cut.sh
echo "$status" >/run/out/status
sync
busybox reboot -f
