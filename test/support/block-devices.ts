import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { CgroupHost } from '../../src/addon/addon.js';

/** A disk of this host, with its `major:minor`. */
export function blockDevice(): { path: string; number: string } | null {
  const name = readdirSync('/sys/block').find((entry) => /^(vd|sd|nvme)/.test(entry) && existsSync(`/dev/${entry}`));
  if (name === undefined) return null;
  return { path: `/dev/${name}`, number: readFileSync(`/sys/block/${name}/dev`, 'utf8').trim() };
}

/** v1 has weights where the kernel has the BFQ scheduler, v2 always. */
export function hasWeights({ controllers }: CgroupHost): boolean {
  const blkio = controllers.find(({ name }) => name === 'blkio');
  return blkio === undefined || existsSync(`${blkio.mountPoint}/blkio.bfq.io_service_bytes`);
}
