import { writeSync } from 'node:fs';
import { useCode } from './code-cache.js';
import { COMMANDS } from './commands.js';
import { globalFlags } from './globals.js';

/** Global flags that are followed by a value; only what stands before the command's name needs them told apart. */
function valueFlags(): string[] {
  const taking = globalFlags(process.env).filter(({ flags }) => flags.includes('<'));
  return taking.flatMap(({ flags }) => flags.split(/[ ,]+/).filter((word) => word.startsWith('-')));
}

/** @returns the index of the command's name: the first word that is neither a flag nor a flag's value; -1 without one */
function commandIndex(argv: readonly string[]): number {
  const taking = valueFlags();
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (!word.startsWith('-')) return i;
    if (taking.includes(word)) i++;
  }
  return -1;
}

/** Runs a command's bundle; for no command, and for words that are none, that of `help`, which knows what was meant. */
async function dispatch(argv: readonly string[]): Promise<number> {
  // What is kept, and what images are made of, has the same modes whoever calls.
  process.umask(0o022);
  const index = commandIndex(argv);
  const name = argv[index] ?? '';
  if (Object.hasOwn(COMMANDS, name)) {
    const command = await COMMANDS[name]?.load();
    return (await command?.main(argv.slice(0, index), argv.slice(index + 1))) ?? 1;
  }
  const help = await import('./commands/help.js');
  return help.overview(argv);
}

async function main(argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv;
  if (rest.length === 0 && (first === 'version' || first === '--version' || first === '-v')) {
    writeSync(1, `berth version ${BERTH_VERSION}\n`);
    return;
  }
  useCode(BERTH_DIST);
  const code = await dispatch(argv);
  await Promise.all([process.stdout, process.stderr].map(drained));
  // Not exitCode: a stream or a lock that is still open would keep the process.
  process.exit(code);
}

/** A pipe takes only so much at once: what is left would be lost with the process. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });
}

void main(process.argv.slice(2));
