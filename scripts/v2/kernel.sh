#!/bin/sh
# Makes DIR/{vmlinuz,initrd,lib/modules} from a Debian kernel package, without installing it; quick when DIR is there.
# usage: kernel.sh PACKAGE DIR    PACKAGE: a linux-image package, or one that depends on it; exit code 3: not to be had
set -eu
package=$1 dir=$2
here=$(cd "$(dirname "$0")" && pwd)
[ ! -f "$dir/initrd" ] || exit 0

depended=$(apt-cache depends "$package" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
package=${depended:-$package}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
(cd "$scratch" && apt-get -o APT::Sandbox::User=root download -qq "$package" >&2) || exit 3
dpkg -x "$scratch"/*.deb "$scratch/tree"
version=$(basename "$scratch"/tree/lib/modules/*)
depmod -b "$scratch/tree" "$version"

# What the guest needs before it sees the host's files: the rest of the modules is loaded from there.
initrd=$scratch/initrd
mkdir -p "$initrd/bin" "$initrd/dev" "$initrd/proc" "$initrd/sys" "$initrd/host" "$initrd/root" "$initrd/lib/modules/$version"
cp /bin/busybox "$initrd/bin/busybox"
cp "$here/init" "$initrd/init"
chmod 755 "$initrd/init"
for module in virtio_pci virtio_blk virtiofs overlay; do
  modprobe -d "$scratch/tree" -S "$version" --show-depends "$module" 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | while read -r path; do
  echo "/${path#"$scratch/tree/"}" >>"$initrd/modules"
  mkdir -p "$initrd/$(dirname "${path#"$scratch/tree/"}")"
  cp "$path" "$initrd/${path#"$scratch/tree/"}"
done
mkdir -p "$dir/lib"
rm -rf "$dir/lib/modules"
mv "$scratch/tree/lib/modules" "$dir/lib/modules"
cp "$scratch/tree/boot/vmlinuz-$version" "$dir/vmlinuz"
(cd "$initrd" && find . | busybox cpio -o -H newc 2>/dev/null) >"$dir/initrd.partial"
mv "$dir/initrd.partial" "$dir/initrd"
