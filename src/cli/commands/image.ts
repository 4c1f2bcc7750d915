import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { BerthError } from '../../errors.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext } from '../context.js';
import { forEachName } from '../each.js';
import { escapeControls, printableJson } from '../escape.js';
import { EXIT } from '../exit.js';
import { defineGroup } from '../group.js';
import { humanSize } from '../size.js';
import { formatTable } from '../table.js';
import { humanDuration } from '../time.js';

interface ListOptions {
  readonly quiet?: boolean;
  readonly format: string;
}

const list = defineCommand<ListOptions>({
  name: 'image ls',
  summary: 'list images',
  usage: '',
  flags: [
    { flags: '-q, --quiet', text: 'ids alone' },
    { flags: '--format <format>', text: 'form of the output', choices: ['table', 'json'], default: 'table' },
  ],
  run: async (invocation) => {
    const { options, output } = invocation;
    const { host } = await openContext(invocation);
    const images = await (await host.images()).list();
    if (options.quiet === true) output.out(images.map(({ id }) => `${shortId(id)}\n`).join(''));
    else if (options.format === 'json') output.out(images.map((image) => `${printableJson(image)}\n`).join(''));
    else {
      const rows = images.flatMap(({ id, names, created, size }) =>
        (names.length === 0 ? ['<none>'] : names).map((name) => [
          escapeControls(name),
          shortId(id),
          created === '' ? '-' : `${humanDuration(Math.max(0, Date.now() - Date.parse(created)) || 0)} ago`,
          humanSize(size),
        ]),
      );
      output.out(formatTable(['NAME', 'IMAGE ID', 'CREATED', 'SIZE'], rows));
    }
    return EXIT.done;
  },
});

const load = defineCommand<{ readonly name?: string; readonly input?: string }>({
  name: 'image load',
  summary: 'load an OCI layout or a docker archive',
  usage: 'FILE',
  flags: [
    { flags: '--name <name>', text: 'name of the image, instead of its own' },
    { flags: '-i, --input <file>', text: 'the file, as docker load has it' },
  ],
  run: async (invocation) => {
    const { options, output } = invocation;
    const file = options.input ?? requireOne(invocation.args, 'a file');
    const { host } = await openContext(invocation);
    const named = options.name === undefined ? {} : { name: options.name };
    const images = await (await host.images()).loadArchive(resolve(file), named);
    for (const { id, names } of images) {
      output.out(`Loaded image: ${names.length === 0 ? id : names.map(escapeControls).join(', ')}\n`);
    }
    return EXIT.done;
  },
});

const save = defineCommand<{ readonly output?: string }>({
  name: 'image save',
  summary: 'write images as one tar: OCI layout and docker archive at once',
  usage: 'IMAGE [IMAGE...]',
  flags: [{ flags: '-o, --output <file>', text: 'file to write (default: stdout)' }],
  run: async (invocation) => {
    const { options, args } = invocation;
    if (args.length === 0) throw new BerthError('USAGE', 'expected the name of an image');
    if (options.output === undefined && process.stdout.isTTY === true) {
      throw new BerthError('USAGE', 'an archive is not written to a terminal', { hint: 'give a file with -o' });
    }
    const { host } = await openContext(invocation);
    const store = await host.images();
    for (const reference of args) await store.resolve(reference);
    const fd = options.output === undefined ? 1 : openSync(resolve(options.output), 'w', 0o600);
    try {
      await store.save(args, fd);
    } finally {
      if (fd !== 1) closeSync(fd);
    }
    return EXIT.done;
  },
});

const remove = defineCommand<{ readonly force?: boolean }>({
  name: 'image rm',
  summary: 'remove images',
  usage: 'IMAGE [IMAGE...]',
  flags: [{ flags: '-f, --force', text: 'all names of an image; one in use loses its name only' }],
  run: async (invocation) => {
    const { options, args, output } = invocation;
    if (args.length === 0) throw new BerthError('USAGE', 'expected the name of an image');
    const { host } = await openContext(invocation);
    const store = await host.images();
    const used = new Set(host.containers().records.map(({ image }) => image.id));
    return forEachName(args, output, async (reference) => {
      const { untagged, deleted } = await store.remove(reference, { used, force: options.force ?? false });
      for (const name of untagged) output.out(`Untagged: ${escapeControls(name)}\n`);
      for (const id of deleted) output.out(`Deleted: ${id}\n`);
    });
  },
});

const inspect = defineCommand({
  name: 'image inspect',
  summary: 'print what is known of images',
  usage: 'IMAGE [IMAGE...]',
  flags: [],
  run: async (invocation) => {
    if (invocation.args.length === 0) throw new BerthError('USAGE', 'expected the name of an image');
    const { host } = await openContext(invocation);
    const store = await host.images();
    const images = await Promise.all(invocation.args.map((reference) => store.resolve(reference)));
    invocation.output.out(`${printableJson(images, 2)}\n`);
    return EXIT.done;
  },
});

function requireOne(args: readonly string[], what: string): string {
  const [word] = args;
  if (word === undefined || args.length > 1) throw new BerthError('USAGE', `expected ${what}`);
  return word;
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** `image ls|load|save|rm|inspect` */
export const main: CommandMain = defineGroup('image', {
  ls: { summary: 'list images', main: list },
  load: { summary: 'load an OCI layout or a docker archive', main: load },
  save: { summary: 'write images as one tar', main: save },
  rm: { summary: 'remove images', main: remove },
  inspect: { summary: 'print what is known of images', main: inspect },
});
