import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A checkout that nobody has started yet, on a machine that lacks packages: the launcher is real, what it calls is not. */
export interface FreshCheckout {
  readonly dir: string;
  /** starts the launcher, for a shell; what it calls is found in `dir/tools` first */
  readonly command: string;
  /** what the tools were asked for, a line each */
  readonly calls: () => readonly string[];
  readonly isReady: () => boolean;
}

/** Packages that no release has; the second is for another release than any. */
export const MISSING_PACKAGES = '# a comment\nberthtest-one\nberthtest-other nosuchrelease\nberthtest-two\n';

const LOG = 'echo "$(basename "$0") $*" >>"$(dirname "$0")/calls"\n';

const TOOLS: Readonly<Record<string, string>> = {
  'dpkg-query': `for package in "$@"; do :; done
! grep -qx "$package" "$(dirname "$0")/installed" || printf installed`,
  'apt-get': `${LOG}[ "$3" = install ] || exit 0
for word in "$@"; do case $word in berthtest-*) echo "$word" >>"$(dirname "$0")/installed" ;; esac; done`,
  sudo: `${LOG}exit 1`,
  npm: `${LOG}[ "$1" = ci ] && mkdir -p node_modules && exit
mkdir -p dist && echo 'console.log("started with", ...process.argv.slice(2))' >dist/berth.cjs`,
};

/** Gives `use` a fresh checkout and removes it. @param fakes the tools of TOOLS that stand in for the machine's */
export async function withFreshCheckout(
  fakes: readonly string[],
  use: (checkout: FreshCheckout) => void | Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'berthtest-checkout-'));
  try {
    chmodSync(dir, 0o777);
    for (const name of ['bin/berth', 'scripts/bootstrap.sh']) {
      cpSync(join(process.cwd(), name), join(dir, name));
    }
    const files = ['package.json', 'package-lock.json', 'CMakeLists.txt', 'cmake/x', 'native/x', 'src/x'];
    for (const name of [...files, 'tools/installed', 'tools/calls']) write(join(dir, name), '');
    for (const name of ['tools/installed', 'tools/calls']) chmodSync(join(dir, name), 0o666);
    write(join(dir, 'scripts/apt-packages.txt'), MISSING_PACKAGES);
    for (const name of fakes) {
      write(join(dir, 'tools', name), `#!/bin/sh\n${TOOLS[name]}\n`);
      chmodSync(join(dir, 'tools', name), 0o755);
    }
    await use({
      dir,
      command: `env -u CI PATH=${dir}/tools:$PATH sh ${dir}/bin/berth`,
      calls: () => readFileSync(join(dir, 'tools/calls'), 'utf8').split('\n').filter(Boolean),
      isReady: () => existsSync(join(dir, 'dist/.ready')),
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
