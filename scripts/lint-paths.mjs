// Forbids calls by path in the native code that works on the trees of images and containers: whoever writes into such a
// tree decides where a path leads, so everything in it is reached by descriptor (native/base/resolve.h, runtime/in_root.h).
// Paths that are the host's own stand in ALLOWED, each with its reason; one that no line needs any more is an error, too.
//
// usage: node scripts/lint-paths.mjs [FILE…]    without files: all of native/{runtime,runtime_cli,shim,layer,addon}
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const FOLDERS = ['runtime', 'runtime_cli', 'shim', 'layer', 'addon'];

const CALLS = [
  'open|creat|fopen|opendir|mkdir|mknod|mkfifo|symlink|link|rename|unlink|rmdir|remove|chmod|chown|lchown|truncate',
  'mount|umount|umount2|chroot|chdir|stat|lstat|statfs|statvfs|access|euidaccess|readlink|realpath|utime|utimes',
  'l?setxattr|l?getxattr|l?listxattr|l?removexattr',
].join('|');

/** A plain call by path, one relative to the working directory, or one of our wrappers of mount(2). */
const BY_PATH = new RegExp(
  `::(?:${CALLS})\\(|\\bAT_FDCWD\\b|\\bSys(?:Mount|Umount|PivotRoot)\\(|\\bstd::filesystem\\b`,
);

/** Cgroups are reached by the host's mount points of their hierarchies; no container can write there. */
const EXEMPT = [/^native\/runtime\/cgroup\//, /^native\/runtime\/syscalls\.(cc|h)$/];

const HOST = 'a path of the host, from the caller';
const PROC_FD = 'by way of /proc/self/fd: the object behind a descriptor';
const PROC = "the host's procfs, read only";
const INSIDE = 'in the container already: the path is its own';
const LAST = 'what it makes is a name of ours in a directory of ours';

const ALLOWED = {
  'native/addon/directory.cc': [['OpenAt(AT_FDCWD, path', HOST]],
  'native/addon/process.cc': [['::stat(', PROC]],
  'native/addon/remove.cc': [
    ['OpenAt(AT_FDCWD, run_dir', HOST],
    ['RemoveTreeAt(AT_FDCWD, tree)', HOST],
  ],
  'native/addon/shim_lock.cc': [['(AT_FDCWD, run_dir + "/lock"', HOST]],
  'native/addon/socket.cc': [['OpenAt(AT_FDCWD, run_dir', HOST]],
  'native/addon/start.cc': [
    ['OpenAt(AT_FDCWD, directory', HOST],
    ['"/dev/null"', 'before any namespace: the host’s'],
  ],
  'native/layer/assemble.cc': [['(AT_FDCWD, ', HOST]],
  'native/layer/attributes.cc': [['::lsetxattr(', PROC_FD]],
  'native/layer/pack.cc': [['(AT_FDCWD, ', HOST]],
  'native/layer/unpack.cc': [['AT_FDCWD, ', HOST]],
  'native/layer/upper_entry.cc': [
    ['::getxattr(', PROC_FD],
    ['::listxattr(', PROC_FD],
  ],
  'native/runtime/cgroup_mount.cc': [['CloneMount(AT_FDCWD, source', 'a cgroup of the host']],
  'native/runtime/confinement.cc': [['::readlink(', PROC]],
  'native/runtime/copy_tree.cc': [
    ['::lgetxattr(', PROC_FD],
    ['::lsetxattr(', PROC_FD],
    ['::llistxattr(', PROC_FD],
  ],
  'native/runtime/devices.cc': [
    ['OpenAt(AT_FDCWD, "/"', 'the old root itself'],
    ['SysUmount(FdPath(', PROC_FD],
  ],
  'native/runtime/exec.cc': [
    ['OpenAt(AT_FDCWD, "/"', INSIDE],
    ['"/proc/self/ns/pid"', PROC],
  ],
  'native/runtime/exec_path.cc': [
    ['::stat(', INSIDE],
    ['::faccessat(AT_FDCWD', INSIDE],
  ],
  'native/runtime/home.cc': [['OpenAt(AT_FDCWD, "/"', INSIDE]],
  'native/runtime/host_mounts.cc': [
    ['AT_FDCWD, path', HOST],
    ['SysUmount(FdPath(', PROC_FD],
  ],
  'native/runtime/init.cc': [['OpenAt(AT_FDCWD, ns->path', HOST]],
  'native/runtime/labels.cc': [
    ['"/sys/module/apparmor/', "the host's sysfs, read only"],
    ['"/sys/fs/selinux"', "the host's sysfs, read only"],
    ['OpenAt(AT_FDCWD, "/proc"', 'what is opened below it is checked to be of procfs'],
  ],
  'native/runtime/masks.cc': [['"/dev/null"', 'the host’s, checked to be the null device']],
  'native/runtime/mounts.cc': [['CloneMount(AT_FDCWD, mount.source', HOST]],
  'native/runtime/namespaces.cc': [
    ['"/proc/" + std::to_string(peer.pid)', PROC],
    ['OpenAt(AT_FDCWD, path', HOST],
    ['SysMount(FdPath(ns_fd)', PROC_FD],
  ],
  'native/runtime/net_devices.cc': [['"/proc/thread-self/ns/net"', PROC]],
  'native/runtime/overlay.cc': [
    ['::chdir(supervise.overlay_dir', HOST],
    ['SysMount("overlay", FdPath(', PROC_FD],
  ],
  'native/runtime/peer.cc': [['boot_id', PROC]],
  'native/runtime/pins.cc': [['::umount2(', `${PROC_FD}; ${LAST}`]],
  'native/runtime/rootfs.cc': [
    ['SysMount(nullptr, path', 'propagation of "/" or "."'],
    ['::readlink(FdPath(', PROC_FD],
    ['SysMount(nullptr, at', 'propagation of a mount of the host'],
    ['OpenAt(AT_FDCWD, "/"', 'the old root itself'],
    ['SysPivotRoot(".", ".")', 'the working directory, entered by descriptor'],
    ['SysUmount(".", ', 'the working directory, entered by descriptor'],
    ['::chdir("/")', 'the root itself'],
  ],
  'native/runtime/run_process.cc': [['::chdir(process.cwd', INSIDE]],
  'native/runtime/sysctl.cc': [['::stat(', 'namespaces of the host']],
  'native/runtime/user_namespace.cc': [
    ['AT_FDCWD, "/proc/" + ProcName(', PROC],
    ['::stat("/proc/self/ns/user"', PROC],
  ],
  'native/runtime/volume_copy.cc': [['OpenAt(AT_FDCWD, ', HOST]],
  'native/runtime/volume_subpath.cc': [
    ['OpenAt(AT_FDCWD, top', HOST],
    ['SysUmount(FdPath(', PROC_FD],
  ],
  'native/runtime_cli/bundle.cc': [
    ['::realpath(', HOST],
    ['OpenAt(AT_FDCWD, bundle.path', HOST],
    ['ReadFileAt(AT_FDCWD, file', HOST],
  ],
  'native/runtime_cli/exec.cc': [['OpenAt(AT_FDCWD, target.state.bundle', HOST]],
  'native/runtime_cli/exec_process.cc': [['ReadFileAt(AT_FDCWD, file', HOST]],
  'native/runtime_cli/hooks.cc': [['OpenAt(AT_FDCWD, state.bundle', HOST]],
  'native/runtime_cli/log.cc': [['OpenAt(AT_FDCWD, file', HOST]],
  'native/runtime_cli/main.cc': [['::open("/dev/null"', 'before any namespace: the host’s']],
  'native/runtime_cli/oom_watch.cc': [['(AT_FDCWD, directory', 'a cgroup of the host']],
  'native/runtime_cli/process_options.cc': [['OpenAt(AT_FDCWD, from', HOST]],
  'native/runtime_cli/ps.cc': [['ReadFileAt(AT_FDCWD, dir', PROC]],
  'native/runtime_cli/spec.cc': [['OpenAt(AT_FDCWD, path', HOST]],
  'native/runtime_cli/start_socket.cc': [['OpenAt(AT_FDCWD, from', HOST]],
  'native/runtime_cli/state.cc': [['(AT_FDCWD, root', HOST]],
  'native/runtime_cli/stats.cc': [['::opendir("/sys/kernel/mm/hugepages")', 'sysfs of the host, read only']],
  'native/runtime_cli/update.cc': [['ReadFileAt(AT_FDCWD, file', HOST]],
  'native/shim/container_io.cc': [['"/dev/null"', 'before any namespace: the host’s']],
  'native/shim/probe.cc': [['"/dev/null"', 'before any namespace: the host’s']],
  'native/shim/shim_process.cc': [['::chdir("/")', 'the root itself']],
  'native/shim/status.cc': [['boot_id', PROC]],
};

function filesOfProject() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join('native', folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join('native', folder, name),
    ),
  ).filter((file) => /\.(cc|h)$/.test(file) && !EXEMPT.some((pattern) => pattern.test(file)));
}

const used = new Set();

/** @returns the file's lines that call by path and that nothing allows */
function violations(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trimStart().startsWith('//') || !BY_PATH.test(line)) return [];
    const allowance = (ALLOWED[file] ?? []).find(([fragment]) => line.includes(fragment));
    used.add(allowance);
    return allowance === undefined ? [`${file}:${index + 1}: by path: ${line.trim()}`] : [];
  });
}

const given = process.argv.slice(2);
const found = (given.length > 0 ? given : filesOfProject()).flatMap(violations);
const stale =
  given.length > 0
    ? []
    : Object.entries(ALLOWED).flatMap(([file, allowances]) =>
        allowances
          .filter((allowance) => !used.has(allowance))
          .map(([fragment]) => `scripts/lint-paths.mjs: ${file} has no line with ${fragment}`),
      );
const problems = [...found, ...stale];
if (problems.length > 0) {
  console.error(problems.join('\n'));
  console.error(
    'use native/base/resolve.h or native/runtime/in_root.h; for a path of the host see ALLOWED in lint-paths',
  );
  process.exit(1);
}
