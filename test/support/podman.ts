import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEngine, type Engine, engineImage, untilNoProcess, writeImageArchive } from './engine.js';
import { berthRuntime, removeCgroups } from './oci-bundle.js';
import { assertWorldClean, snapshotWorld } from './world.js';

/** Podman with cgroups below `/berth/<stack>` and our runtime; its limits are below those of any host. */
export function startPodman(stack: string): Engine {
  // Short: podman takes a run root of at most 50 characters.
  const dir = mkdtempSync(join(tmpdir(), 'berthtest-'));
  const before = snapshotWorld({ dirs: [dir], stacks: [stack] });
  const config = join(dir, 'containers.conf');
  writeFileSync(
    config,
    `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
events_logger = "file"
lock_type = "file"
[network]
network_config_dir = "${dir}/networks"
`,
  );
  // Not by --runtime-flag: podman's own clean-up process, started by conmon, is not given that.
  const runtime = join(dir, 'runtime');
  writeFileSync(runtime, `#!/bin/sh\nexec ${berthRuntime} --root ${dir}/state "$@"\n`, { mode: 0o755 });
  const options = [
    ...['--root', join(dir, 'root'), '--runroot', join(dir, 'r'), '--tmpdir', join(dir, 'libpod')],
    ...['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs'],
    ...['--runtime', runtime],
  ];
  const env = { CONTAINERS_CONF: config, TMPDIR: dir };
  const call = (...args: string[]) => callEngine('podman', [...options, ...args], env);
  const archive = writeImageArchive(dir);
  const imported = call('import', archive, engineImage);
  if (imported.code !== 0) throw new Error(imported.output);
  const close = async () => {
    try {
      call('rm', '--all', '--force', '--time', '0');
      await untilNoProcess(dir);
      removeCgroups(stack);
      rmSync(dir, { recursive: true });
      assertWorldClean({ ...before, lines: { ...before.lines, file: [] } });
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  return { dir, call, close };
}
