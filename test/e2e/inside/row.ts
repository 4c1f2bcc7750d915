import { type Bench, withBench } from '../../support/cli.js';

/** What every row's container printed, by the row's name. */
export type Outputs = ReadonlyMap<string, string>;

/** One key of a service, or one way to write it, and what its container then sees. */
export interface Row {
  /** the key, and after a comma the case */
  readonly name: string;
  /** keys of the service, a line each, not indented */
  readonly keys?: string;
  /** a script for the container's shell; without it the service's own command runs */
  readonly run?: string;
  /** what it prints, without the last newline; of other rows, where it depends on them */
  readonly prints: string | RegExp | ((outputs: Outputs) => string);
  /** name of the service, where others refer to it */
  readonly service?: string;
  /** it runs until the stack is stopped, instead of ending with exit code 0 by itself */
  readonly stays?: boolean;
  /** why this host can't show it; null: it can */
  readonly lacking?: string | null;
  /** no service: `outside` of the group tells what it prints */
  readonly outside?: boolean;
}

type Undo = () => void | Promise<void>;

/** Rows whose services are brought up together. */
export interface Group {
  readonly rows: readonly Row[];
  /** entries of `images:`, indented by two; there is `box` already */
  readonly images?: string;
  /** the section `volumes:` */
  readonly volumes?: (dir: string) => string;
  /** prepares the project's directory, in which `rootfs` becomes the image `box`, or more; @returns what undoes it */
  readonly prepare?: (bench: Bench) => Undo | undefined | Promise<Undo>;
  /** looks at the stack while it runs; @returns outputs by row name */
  readonly outside?: (bench: Bench) => Promise<Readonly<Record<string, string>>>;
}

/** Brings a group up in one go, stops it when all that end by themselves have ended, and returns what was printed. */
export async function runGroup(stack: string, group: Group): Promise<Outputs> {
  const outputs = new Map<string, string>();
  await withBench(stack, async (bench) => {
    const undo = await group.prepare?.(bench);
    try {
      const rows = group.rows.filter(({ lacking = null }) => lacking === null);
      bench.write(`services:\n${servicesOf(rows)}${group.volumes?.(bench.dir) ?? ''}`, group.images);
      await bench.ok('up', '-d');
      for (const [name, text] of Object.entries((await group.outside?.(bench)) ?? {})) outputs.set(name, text);
      if (rows.some(({ stays = false }) => stays)) await bench.ok('stop');
      const lines = linesOf(await bench.ok('logs'));
      for (const [index, row] of rows.entries()) {
        if (row.outside !== true) outputs.set(row.name, lines.get(serviceName(row, index)) ?? '');
      }
    } finally {
      if (undo !== undefined) {
        await bench.berth(['down', '-v', '-t', '0']);
        await undo();
      }
    }
  });
  return outputs;
}

/** The services of the rows, and one that starts when all of them that end have ended: `up -d` waits for it. */
function servicesOf(rows: readonly Row[]): string {
  const named = rows.map((row, index) => ({ row, name: serviceName(row, index) })).filter(({ row }) => !row.outside);
  const ending = named.filter(({ row }) => row.stays !== true);
  const conditions = ending.map(({ name }) => `      ${name}: { condition: service_completed_successfully }\n`);
  const last = `  last:\n    image: box\n    command: ['true']\n    depends_on:\n${conditions.join('')}`;
  return `${named.map(({ row, name }) => serviceText(name, row)).join('')}${ending.length > 0 ? last : ''}`;
}

function serviceName({ service }: Row, index: number): string {
  return service ?? `row${index}`;
}

function serviceText(name: string, { keys = '', run, stays }: Row): string {
  const has = (key: string) => new RegExp(`^${key}:`, 'm').test(keys);
  const lines = [
    ...(has('image') ? [] : ['image: box']),
    ...(has('stop_signal') || run?.startsWith('trap ') ? [] : ['stop_signal: SIGKILL']),
    ...(run === undefined ? [] : [`command: [sh, -c, ${JSON.stringify(script(run, stays ?? false))}]`]),
    ...keys.split('\n').filter((line) => line !== ''),
  ];
  return `  ${name}:\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

/** Whatever a script tries, its container ends well; dollar signs are the shell's, not the stack file's. */
function script(text: string, stays: boolean): string {
  return `exec 2>&1; ${text}\n${stays ? 'exec sleep 600' : 'exit 0'}`.replaceAll('$', '$$$$');
}

/** Lines by service, from the output of `logs`. */
function linesOf(logs: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string[]>();
  for (const line of logs.split('\n')) {
    const [, name, text = ''] = /^(\S+?)-1 +\| ?(.*?)\r?$/.exec(line) ?? [];
    if (name !== undefined) texts.set(name, [...(texts.get(name) ?? []), text]);
  }
  return new Map([...texts].map(([name, lines]) => [name, lines.join('\n')]));
}
