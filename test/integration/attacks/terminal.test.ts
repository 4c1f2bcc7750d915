import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AttackBench } from '../../support/attacks.js';
import { type CommandResult, withBench } from '../../support/cli.js';

// Texts that others chose and that a terminal would act on: an OSC that fills the clipboard, one that sets the title, a
// question that it answers by typing, C1 controls, and marks that turn text around.

const ESCAPES = ['\u001b]52;c;ZXZpbA==\u0007', '\u001b]0;evil\u0007', '\u001b[6n', '\u009b31m', '\u202egpj.exe', '\r'];
const EVIL = ESCAPES.join('');
// biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

function checkPrinted({ stdout, stderr }: CommandResult, what: string): void {
  expect(`${stdout}${stderr}`.replaceAll('\t', ' '), what).not.toMatch(ACTS);
}

it('in names, labels, errors and image texts are printed escaped', () =>
  withBench('berthtestterminal', async ({ write, berth, dir }) => {
    const text = JSON.stringify(EVIL);
    const config = `{ labels: { ${text}: ${text} }, env: { A: ${text} }, workdir: ${JSON.stringify(`/${EVIL.replace('\r', '')}`)}, command: [${text}] }`;
    const image = `  evil:\n    base: { rootfs: ./rootfs }\n    config: ${config}\n`;
    const service = (keys: string) =>
      `services:\n  web:\n    image: evil\n    network_mode: none\n    labels: { ${text}: ${text} }\n${keys}`;
    write(service(''), image);
    // The command is not there: the error names it.
    const failed = await berth(['up', '-d']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('\\x1b]52;');
    checkPrinted(failed, 'up');
    for (const command of [
      ['plan'],
      ['ps', '-a'],
      ['image', 'ls'],
      ['inspect'],
      ['config'],
      ['namespaces'],
      ['up', '-d', '--progress', 'plain'],
    ]) {
      checkPrinted(await berth(command), command.join(' '));
    }
    for (const keys of [
      `    user: ${text}\n`,
      `    ${text}: 1\n`,
      `    env_file: [${text}]\n`,
      `    container_name: ${text}\n`,
      `    cpus: ${text}\n`,
    ]) {
      write(service(keys), image);
      const refused = await berth(['up', '-d']);
      expect(refused.code, keys).not.toBe(0);
      checkPrinted(refused, keys);
    }
    for (const args of [['logs', EVIL], ['-f', EVIL, 'ps'], ['exec', EVIL, 'true'], ['image', 'rm', EVIL], [EVIL]]) {
      checkPrinted(await berth(args), JSON.stringify(args));
    }
    write(service(''), image);
    // The control: who prints them as they are has the terminal act.
    writeFileSync(join(dir, 'evil'), `#!/bin/sh\nprintf '%s' "$1"\n`);
    chmodSync(join(dir, 'evil'), 0o755);
    expect(spawnSync(join(dir, 'evil'), [EVIL], { encoding: 'utf8' }).stdout).toMatch(ACTS);
  }));

it('in what berth-runtime says of a bundle are printed escaped', () => {
  const bench = new AttackBench();
  try {
    const bundle = bench.bundle();
    for (const parts of [
      { args: [EVIL] },
      { cwd: `/dev/null/${EVIL}` },
      { moreMounts: [{ destination: '/x', type: EVIL, source: EVIL }] },
    ]) {
      bench.configure(bundle, parts);
      const { code, stderr } = bench.run(bundle);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^berth-runtime: .*\\x1b\]52;/);
      expect(stderr.replace(/\n$/, '').replace(/[\u202a-\u202e]/g, '')).not.toMatch(ACTS);
    }
  } finally {
    bench.close();
  }
});
