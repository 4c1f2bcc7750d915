// Measures Berth against its peers in one run and prints a table.
//
// usage: node scripts/bench/main.mjs [--quick] [CASE…]
//   CASE     startup container runtime stacks changedLimit memory unpack
//   --quick  fewer rounds, no stack of 50
//
// Each case has a budget of time, and so has the whole; what would exceed it takes fewer rounds or is stopped, and the table
// says so.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { berth } from './berth.mjs';
import { container } from './cases/container.mjs';
import { memory } from './cases/memory.mjs';
import { runtime } from './cases/runtime.mjs';
import { stacks } from './cases/stacks.mjs';
import { changedLimit, startup } from './cases/startup.mjs';
import { unpack } from './cases/unpack.mjs';
import { busyboxImage, makeBusyboxArchive, makeBusyboxRoot } from './fixtures.mjs';
import { run } from './measure.mjs';
import { composers } from './peers.mjs';
import { plain, tableHead, tableRow } from './table.mjs';

const cases = new Map(Object.entries({ startup, container, runtime, stacks, changedLimit, memory, unpack }));

/** Of the whole run; what is under way then is finished. */
const BUDGET_MS = 270_000;

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
    checkout,
    rootDir,
    scratch,
    rounds: quick ? 5 : 21,
    timeLeftMs: () => Math.max(1000, BUDGET_MS - performance.now()),
    sizes: quick ? [1, 10] : [1, 10, 50],
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
      const late = performance.now() > BUDGET_MS;
      const figures = late ? [plain(name, '', 'not measured: the time was used up')] : await cases.get(name)(context);
      for (const figure of figures) process.stdout.write(tableRow(figure));
    }
    process.stdout.write(`\nmeasured in ${Math.round(performance.now() / 1000)} s\n`);
  } finally {
    run(own.compose(context.writeStack('end', 'services: {}\n'), 'down'), { allowFailure: true });
    for (const peer of peers) {
      peer.clean();
      run([...peer.unload, busyboxImage], { allowFailure: true });
    }
    for (const dir of runcCgroups()) rmdirSync(dir);
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
});
