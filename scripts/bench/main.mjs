// Measures Berth against its peers in one run and prints a table.
//
// usage: node scripts/bench/main.mjs [--quick] [CASE…]
//   CASE     startup container stacks changedLimit memory unpack
//   --quick  fewer rounds, no stack of 50

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { changedLimit, container, layerDirsOf, memory, stacks, startup, unpack } from './cases.mjs';
import { busyboxImage, makeBusyboxArchive, makeBusyboxRoot } from './fixtures.mjs';
import { run } from './measure.mjs';
import { berth, composers } from './peers.mjs';
import { tableHead, tableRow } from './table.mjs';

const cases = new Map(Object.entries({ startup, container, stacks, changedLimit, memory, unpack }));

function parseArguments(argv) {
  const quick = argv.includes('--quick');
  const names = argv.filter((word) => word !== '--quick');
  const unknown = names.find((name) => !cases.has(name));
  if (unknown) throw new Error(`no case ${unknown}; there are: ${[...cases.keys()].join(' ')}`);
  return { quick, names: names.length > 0 ? names : [...cases.keys()] };
}

/** runc removes its container's cgroup but not the parent that it made for it. */
function runcCgroups() {
  const top = '/sys/fs/cgroup';
  return [top, ...readdirSync(top).map((name) => join(top, name))]
    .map((dir) => join(dir, 'berth-bench'))
    .filter((dir) => existsSync(dir));
}

async function main() {
  const { quick, names } = parseArguments(process.argv.slice(2));
  const checkout = join(dirname(fileURLToPath(import.meta.url)), '../..');
  const scratch = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  const rootDir = join(scratch, 'busybox');
  const own = berth(checkout, scratch);
  const peers = composers();
  makeBusyboxRoot(rootDir);
  const archive = makeBusyboxArchive(scratch, rootDir);
  for (const composer of [own, ...peers]) run([...composer.load, archive]);
  const context = {
    own,
    peers,
    rootDir,
    scratch,
    rounds: quick ? 5 : 21,
    sizes: quick ? [1, 10] : [1, 10, 50],
    layerDirs: layerDirsOf(),
    // Files of one name in folders of different variants are the same stack to every composer.
    writeStack: (name, text, variant = 'base') => {
      const dir = join(scratch, 'stacks', variant);
      mkdirSync(dir, { recursive: true });
      const file = join(dir, `${name}.yaml`);
      writeFileSync(file, text);
      return file;
    },
  };
  const host = `${cpus().length} cores, Linux ${release()}, Node ${process.versions.node}`;
  process.stdout.write(
    `${host}; compose peers: ${peers.map((peer) => peer.name).join(', ') || 'none'}\n\n${tableHead}`,
  );
  try {
    for (const name of names) {
      for (const figure of await cases.get(name)(context)) process.stdout.write(tableRow(figure));
    }
  } finally {
    run(own.compose(context.writeStack('end', 'services: {}\n'), 'down'), { allowFailure: true });
    for (const peer of peers) run([...peer.unload, busyboxImage], { allowFailure: true });
    for (const dir of runcCgroups()) rmdirSync(dir);
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
