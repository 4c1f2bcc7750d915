#!/bin/sh
# Sourced by pid 1 of the guest: ends everything at once, as a power cut does, and boots again, with systemd. What it runs then
# is the unit berth-test: boot.sh check.
: "${checkout:?}"
kill -KILL -1
# The mounts of a container's namespaces, and what else the first boot kept in memory.
while read -r _ _ _ _ point _; do case $point in /run/berth/*) echo "$point" ;; esac; done </proc/self/mountinfo |
  sort -r | while read -r point; do umount "$point"; done
rm -rf /run/berth
find /sys/fs/cgroup -mindepth 1 -depth -type d -exec rmdir {} +
umount /sys/fs/cgroup
cat /proc/sys/kernel/random/uuid >/run/boot_id
mount --bind /run/boot_id /proc/sys/kernel/random/boot_id

# Of this machine's own units none is wanted.
: >/etc/fstab
for wants in /etc/systemd/system/*.wants; do
  find "$wants" -mindepth 1 ! -name 'berth-*' -delete
done
cat >/etc/systemd/system/berth-test.service <<UNIT
[Unit]
After=berth-boot.service
[Service]
Type=oneshot
ExecStart=/bin/sh $checkout/scripts/v2/boot.sh check
StandardOutput=append:/run/out/output
StandardError=inherit
ExecStopPost=/bin/sh -c 'echo \$EXIT_STATUS >/run/out/status; sync; busybox reboot -f'
UNIT
ln -s ../berth-test.service /etc/systemd/system/multi-user.target.wants/
exec /lib/systemd/systemd --unit=multi-user.target
