import { readlinkSync } from 'node:fs';
import type { OciBundle, RuntimeResult } from './oci-bundle.js';

/** What a run of `runtime-probe.sh` told: the text of each section, fit to be compared with that of another runtime. */
export type Facts = Readonly<Record<string, string>>;

const hostNamespaces = new Map(
  ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'].map((name) => [readlinkSync(`/proc/self/ns/${name}`), name]),
);

/** Sections of what was printed, and how the run ended. What only names this run, bundle or moment is replaced. */
export function factsOf(result: RuntimeResult, bundle: OciBundle): Facts {
  const facts: Record<string, string> = { code: `${result.code}` };
  const [before = '', ...sections] = `\n${result.stdout}`.split('\n== ');
  if (before.trim() !== '') facts.output = before.trim();
  for (const section of sections) {
    const [name = '', ...lines] = section.trimEnd().split('\n');
    const read = readers[name] ?? ((line: string) => line);
    facts[name] = lines.map((line) => neutral(read(line), bundle)).join('\n');
  }
  return facts;
}

function neutral(line: string, bundle: OciBundle): string {
  return line
    .replaceAll(bundle.dir, 'BUNDLE')
    .replaceAll(bundle.id, 'ID')
    .replace(/(pipe|socket|anon_inode):\[\d+\]/g, '$1:[]')
    .replace(/berthtest-output-[0-9a-f]+/, 'OUTPUT')
    .replace(/\b(\w+):\[(\d+)\]/, (whole, name: string) =>
      hostNamespaces.has(whole) ? `${name}: host` : `${name}: own`,
    );
}

const readers: Readonly<Record<string, (line: string) => string>> = { mounts: mountFacts, fds: openFile };

/** A line of `ls -l /proc/self/fd`: number and target; that of the list itself goes. */
function openFile(line: string): string {
  const [, fd, target = ''] = / (\d+) -> (.*)$/.exec(line) ?? [];
  return fd === undefined || /^\/proc\/\d+\/fd$/.test(target) ? '' : `${fd} ${target}`;
}

/** Root, point, options, propagation, type, source and the file system's options; numbers that name an instance go. */
function mountFacts(line: string): string {
  const [mount = '', filesystem = ''] = line.split(' - ');
  const [, , , root, point, options, ...optional] = mount.split(' ');
  const propagation = optional.map((field) => field.replace(/:\d+$/, '')).join(',');
  return [point, root, options, propagation, filesystem.replace(/inode64,?|,inode64/g, '')].join(' ');
}

/** Where two runs differ: section and the lines that only one of them has. */
export interface Difference {
  readonly section: string;
  readonly ours: string;
  readonly theirs: string;
}

export function differences(ours: Facts, theirs: Facts): Difference[] {
  // Where only one came to its end, that is the difference.
  const bothEnded = ours.end !== undefined && theirs.end !== undefined;
  const names = bothEnded ? [...new Set([...Object.keys(ours), ...Object.keys(theirs)])] : ['code', 'output'];
  return names.flatMap((section) => {
    const [own, other] = [lines(ours[section]), lines(theirs[section])];
    if (own.join('\n') === other.join('\n')) return [];
    const [onlyOwn, onlyOther] = [without(own, other), without(other, own)];
    if (onlyOwn.length + onlyOther.length === 0) return [{ section, ours: own.join('\n'), theirs: other.join('\n') }];
    return [{ section, ours: onlyOwn.join('\n'), theirs: onlyOther.join('\n') }];
  });
}

function lines(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split('\n');
}

function without(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((line) => !others.includes(line));
}
