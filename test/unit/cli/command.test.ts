import { describe, expect, it } from 'vitest';
import { type CommandSpec, parseCommand } from '../../../src/cli/command.js';

interface Options {
  readonly quiet?: boolean;
  readonly files?: string;
}

const list: CommandSpec<Options> = {
  name: 'ls',
  usage: '',
  flags: [
    { flags: '-q, --quiet', text: 'ids alone' },
    { flags: '-f, --files <pattern>', text: 'only these' },
  ],
  run: async () => 0,
};

const stop: CommandSpec<Options> = { ...list, name: 'stop', usage: '[SERVICE...]' };

describe('parseCommand', () => {
  it('takes global flags before and after the name', () => {
    const parsed = parseCommand(list, ['-p', 'shop', '--root', '/r'], ['-q', '--run', '/n'], {});
    expect(parsed).toMatchObject({ options: { quiet: true }, globals: { projectName: 'shop', root: '/r', run: '/n' } });
  });

  it("gives a command's own letter precedence behind its name, and the global one before it", () => {
    const parsed = parseCommand(list, ['-f', 'a.yaml', '-f', 'b.yaml'], ['-f', 'x'], {});
    expect(parsed).toMatchObject({ options: { files: 'x' }, globals: { file: ['a.yaml', 'b.yaml'] } });
  });

  it('takes directories from the environment', () => {
    const parsed = parseCommand(list, [], [], { BERTH_ROOT: '/a', BERTH_RUN: '/b' });
    expect(parsed).toMatchObject({ globals: { root: '/a', run: '/b' } });
  });

  it('refuses what it does not know, with what may have been meant', () => {
    expect(() => parseCommand(list, [], ['--quite'], {})).toThrow("unknown option '--quite'");
    expect(() => parseCommand(list, [], ['web'], {})).toThrow("'ls' takes no arguments, but 'web' was given");
    expect(parseCommand(stop, [], ['web', 'db'], {})).toMatchObject({ args: ['web', 'db'] });
  });

  it('draws its help', () => {
    const parsed = parseCommand({ ...list, notes: 'More of it.' }, [], ['--help'], {});
    expect(parsed.kind === 'help' && parsed.text).toMatch(/^Usage: berth ls \[OPTIONS\]\n(.|\n)*\nMore of it\.\n$/);
  });
});
