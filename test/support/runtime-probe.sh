# What a container's process can see of how it was started, in sections: `== NAME`, then lines. Run by busybox's sh.
say() { echo "== $1"; }
say args; for arg; do echo "$arg"; done
say cwd; pwd
say env; env | sort
say status
grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp|Umask|SigBlk|SigIgn|SigCgt|Cpus_allowed_list|Mems_allowed_list):' \
  /proc/self/status
say session
read -r pid name state parent group session tty foreground rest </proc/$$/stat
[ "$pid" = "$group" ] && group=own
[ "$pid" = "$session" ] && session=own
[ "$pid" = "$foreground" ] && foreground=own
echo "group=$group session=$session tty=$tty foreground=$foreground pid1=$([ "$pid" = 1 ] && echo yes)"
say limits; cat /proc/self/limits
say oom; cat /proc/self/oom_score_adj
say personality; cat /proc/self/personality
say names; hostname; cat /proc/sys/kernel/domainname
say fds; ls -l /proc/self/fd
say namespaces; for ns in cgroup ipc mnt net pid user uts; do readlink "/proc/self/ns/$ns"; done
say cgroup; cat /proc/self/cgroup
say mounts; cat /proc/self/mountinfo
say dev; find /dev | sort | while read -r file; do stat -c '%n %F %t:%T %a %u:%g %N' "$file"; done
say stdio; for fd in 0 1 2; do stat -L -c '%F %a %u:%g' /proc/$$/fd/$fd; done
say masked
for file in /proc/kcore /proc/keys /proc/timer_list /proc/acpi /proc/scsi /sys/firmware /etc/secret /etc/hidden; do
  [ -e "$file" ] || continue
  if [ -d "$file" ]; then echo "$file $(ls -A "$file" | wc -l) entries"; else echo "$file $(head -c 9 "$file" | wc -c) bytes"; fi
done
say writable
for file in /written /tmp/written /etc/written /proc/sys/kernel/core_pattern /proc/sysrq-trigger /dev/written /sys/written \
  /dev/shm/written /mnt/written /etc/readonly/written; do
  [ -d "${file%/*}" ] && { (: >>"$file") 2>/dev/null && echo "$file yes" || echo "$file no"; }
done
say devices
for file in null zero full random tty ptmx fuse kmsg mem test-c test-b; do
  [ -e /dev/$file ] && { (: </dev/$file) 2>/dev/null && echo "$file opens" || echo "$file does not"; }
done
(mknod /tmp/made c 1 3) 2>/dev/null && echo 'mknod works'
(mknod /tmp/disk b 7 0 && : </tmp/disk) 2>/dev/null && echo 'loop device opens'
say files
for file in / /etc /proc /sys /dev /tmp /mnt /mnt/[!0-9]* /work /work/*; do [ -e "$file" ] && stat -c '%n %F %a %u:%g %s' "$file"; done |
  sed -E 's/^(\S+ directory \S+ \S+) .*/\1/'
say sysctl
for key in net/ipv4/ip_forward net/ipv4/ping_group_range kernel/msgmax fs/mqueue/msg_max kernel/shm_rmid_forced; do
  [ -e /proc/sys/$key ] && echo "$key $(cat /proc/sys/$key | tr '\t' ' ')"
done
say network; cat /proc/net/dev | sed 's/:.*//' | sed 1,2d | tr -d ' '; cat /sys/class/net/lo/operstate 2>/dev/null
say controllers
for file in memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes memory/memory.memsw.limit_in_bytes \
  memory/memory.swappiness memory/memory.oom_control cpu/cpu.shares cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us \
  cpuset/cpuset.cpus cpuset/cpuset.mems pids/pids.max blkio/blkio.throttle.read_bps_device \
  blkio/blkio.throttle.write_iops_device blkio/blkio.bfq.weight devices/devices.list memory.max memory.low memory.swap.max \
  cpu.weight cpu.max cpuset.cpus pids.max io.max freezer/freezer.state; do
  [ -e /sys/fs/cgroup/$file ] && sed "s|^|$file |" /sys/fs/cgroup/$file
done
say end
