import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A cgroup's limits as its files have them, on a host of either version; `cpu` is quota and period. */
export function limitFiles(cgroup: string): { memory: string; pids: string; cpu: string } {
  const read = (controller: string, file: string) => {
    const path = [join('/sys/fs/cgroup', controller, cgroup, file), join('/sys/fs/cgroup', cgroup, file)].find(
      existsSync,
    );
    return path === undefined ? '' : readFileSync(path, 'utf8').trim();
  };
  return {
    memory: read('memory', 'memory.limit_in_bytes') || read('memory', 'memory.max'),
    pids: read('pids', 'pids.max'),
    cpu: read('cpu', 'cpu.max') || `${read('cpu', 'cpu.cfs_quota_us')} ${read('cpu', 'cpu.cfs_period_us')}`,
  };
}
