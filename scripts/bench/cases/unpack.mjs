// Loading an image of several gzip layers, against GNU tar doing them one after another and podman load, on the disk and in
// memory. Berth syncs the file system before a layer can be seen; the other two sync nothing of what they unpack.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeLayeredArchive } from '../layered-image.mjs';
import { compare, isInstalled, output, run, succeeds } from '../measure.mjs';
import { fasterBy, ms, plain } from '../table.mjs';

/** Of one medium, for all together. */
const BUDGET_MS = 30_000;
const ROUNDS = 3;

export async function unpack({ own, scratch, timeLeftMs }) {
  const image = await makeLayeredArchive(scratch);
  const summary = `${image.layers.length} layers, ${image.members} files, ${Math.round(image.bytes / (1 << 20))} MiB`;
  const figures = [];
  for (const [medium, parent] of Object.entries(mediaOf(dirname(scratch)))) {
    const dir = mkdtempSync(join(parent, 'berth-bench-unpack-'));
    try {
      const budgetMs = Math.min(BUDGET_MS, timeLeftMs());
      figures.push(...compareOn(`unpacking ${summary}, ${medium}`, own, image, storeroom(dir, medium), budgetMs));
    } finally {
      clear(dir);
    }
  }
  return figures;
}

/** Directories by the type of their file system. A path has to be short: podman takes 50 characters. */
function mediaOf(parent) {
  const typeOf = (path) => output(['stat', '-f', '-c', '%T', path]).trim();
  if (typeOf(parent) === 'tmpfs') return { tmpfs: parent };
  const memory = typeOf('/dev/shm') === 'tmpfs' ? { tmpfs: '/dev/shm' } : {};
  return { [typeOf(parent).replace('ext2/ext3', 'ext4')]: parent, ...memory };
}

/**
 * New directories. On a disk nothing is removed in between: ext4 is slow at creating files where it has just removed others.
 * And nobody pays for what another has left to be written.
 */
function storeroom(dir, medium) {
  let number = 0;
  return () => {
    if (medium === 'tmpfs') clear(join(dir, String(number)));
    number += 1;
    const made = join(dir, String(number));
    mkdirSync(made);
    run(['sync', '-f', dir]);
    return made;
  };
}

/** podman mounts its storage onto itself. */
function clear(dir) {
  for (const mount of mountsBelow(dir)) run(['umount', mount], { allowFailure: true });
  rmSync(dir, { recursive: true, force: true });
}

function compareOn(name, own, { archive, layers }, fresh, budgetMs) {
  const contestants = {
    berth: () => run(own.loadInto(fresh(), archive)),
    tar: () => {
      const dir = fresh();
      return layers.reduce((sum, layer, index) => sum + extract(layer, join(dir, String(index))), 0);
    },
  };
  const trouble = podmanTrouble(fresh());
  if (trouble === null) contestants.podman = () => run([...podmanIn(fresh()), 'load', '-q', '-i', archive]);
  const result = compare(contestants, { rounds: ROUNDS, budgetMs });
  return [
    fasterBy(name, result.berth, [{ name: 'GNU tar', ms: result.tar }], 1),
    result.podman === undefined
      ? plain('the same', ms(result.berth), trouble)
      : fasterBy('the same', result.berth, [{ name: 'podman load', ms: result.podman }], 2),
  ];
}

function extract(layer, dir) {
  mkdirSync(dir);
  return run(['tar', '-C', dir, '--xattrs', '--numeric-owner', '-xzf', layer]);
}

function podmanIn(dir) {
  return ['podman', '--root', join(dir, 'root'), '--runroot', join(dir, 'run'), '--storage-driver', 'overlay'];
}

/** Why there is no figure of podman; null where it runs. */
function podmanTrouble(dir) {
  if (!isInstalled('podman')) return 'podman is not installed';
  return succeeds([...podmanIn(dir), 'images']) ? null : 'podman does not run on this host';
}

function mountsBelow(dir) {
  return output(['findmnt', '-rn', '-o', 'TARGET'])
    .split('\n')
    .filter((target) => target.startsWith(`${dir}/`))
    .reverse();
}
