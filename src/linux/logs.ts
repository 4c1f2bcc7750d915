import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { type LogReader, logFiles, openLogReader, readLog } from './logfile.js';
import { type ContainerLogRecord, inRange, type LogRange, type LogRecord, mergeByTime, timeKeyOf } from './logline.js';

/** A container whose log is read. */
export interface LogSource {
  readonly id: string;
  /** `<root>/containers/<id>/<id>-json.log` */
  readonly log: string;
  /** false once nothing can be appended any more: no shim lives */
  readonly isLive: () => boolean;
}

export interface LogOptions extends LogRange {
  /** lines from the end of each container; null: all */
  readonly tail: number | null;
}

const POLL_MS = 1000; // where file events don't reach us, and to see that a container has ended
const GATHER_MS = 10; // events come one a line; one look takes what came meanwhile

/** The logs of containers as they are now, in time order. */
export function readLogs(sources: readonly LogSource[], options: LogOptions): readonly ContainerLogRecord[] {
  const lists = sources.map(({ id, log }) => {
    const { records, reader } = readLog(log, options, options.tail);
    reader?.close();
    return withId(id, records);
  });
  return mergeByTime(lists);
}

/** Whose logs are followed. */
export interface FollowedLogs {
  /** the containers that there are; asked at every look, so that one that comes later is followed from its first line */
  sources(): readonly LogSource[];
  /** true while a command is at work that may bring further containers, though none lives */
  mayGrow(): boolean;
}

/**
 * The logs of containers as they are now, in time order, and then what is appended, until no container lives any more or
 * the signal is aborted. Lists of records that were found together are in time order.
 */
export async function* followLogs(
  { sources, mayGrow }: FollowedLogs,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly ContainerLogRecord[], void, undefined> {
  const tails = new Map<string, Tail>();
  const changes = createChanges();
  try {
    for (let { tail } = options; ; tail = null) {
      // Asked before reading: what a container wrote before it ended is there once it has ended.
      const present = sources();
      const live = present.some((source) => source.isLive()) || mayGrow();
      const found = present.filter(({ id }) => !tails.has(id));
      for (const source of found) {
        tails.set(source.id, startTail(source, { ...options, tail }));
        changes.watch(dirname(source.log));
      }
      const firsts = found.map(({ id }) => tails.get(id)?.first ?? []);
      const later = [...tails.values()].map((each) => each.read());
      const records = mergeByTime([...firsts, ...later].filter((list) => list.length > 0));
      if (records.length > 0) yield records;
      if (!live || signal.aborted || isPast(options.until)) return;
      dropRemoved(tails, present);
      await changes.next(signal);
    }
  } finally {
    changes.close();
    for (const tail of tails.values()) tail.close();
  }
}

/** Of a container that is gone everything was read: its file was still open. */
function dropRemoved(tails: Map<string, Tail>, present: readonly LogSource[]): void {
  for (const [id, tail] of tails) {
    if (present.some((source) => source.id === id)) continue;
    tail.close();
    tails.delete(id);
  }
}

function isPast(until: string | null): boolean {
  return until !== null && until < timeKeyOf(Date.now());
}

interface Tail {
  readonly first: readonly ContainerLogRecord[];
  read(): readonly ContainerLogRecord[];
  close(): void;
}

function startTail({ id, log }: LogSource, options: LogOptions): Tail {
  const snapshot = readLog(log, options, options.tail);
  let reader = snapshot.reader;
  return {
    first: withId(id, snapshot.records),
    read() {
      const followed = readOn(reader, log);
      reader = followed.reader;
      return withId(
        id,
        followed.records.filter((record) => inRange(record, options)),
      );
    },
    close: () => reader?.close(),
  };
}

/** Reads on in the open file, and after a rotation in every file that is younger. */
function readOn(
  reader: LogReader | null,
  log: string,
): { readonly records: readonly LogRecord[]; readonly reader: LogReader | null } {
  const inode = statSync(log, { throwIfNoEntry: false })?.ino;
  const records = [...(reader?.read() ?? [])];
  if (inode === undefined || inode === reader?.inode) return { records, reader };
  const younger = youngerThan(reader, log);
  for (const next of younger) records.push(...next.read());
  reader?.close();
  for (const done of younger.slice(0, -1)) done.close();
  return { records, reader: younger.at(-1) ?? null };
}

function youngerThan(reader: LogReader | null, log: string): readonly LogReader[] {
  const open = logFiles(log).flatMap((path) => openLogReader(path) ?? []);
  const at = open.findIndex((candidate) => candidate.inode === reader?.inode);
  for (const older of open.slice(0, at + 1)) older.close();
  return open.slice(at + 1);
}

function withId(id: string, records: readonly LogRecord[]): readonly ContainerLogRecord[] {
  return records.map((record) => ({ id, ...record }));
}

interface Changes {
  watch(dir: string): void;
  /** resolves after a change, after a while without one, or when the signal is aborted */
  next(signal: AbortSignal): Promise<void>;
  close(): void;
}

function createChanges(): Changes {
  let changed = false;
  let wake: () => void = () => undefined;
  const onChange = () => {
    changed = true;
    wake();
  };
  const watchers: FSWatcher[] = [];
  return {
    watch: (dir) => void watchers.push(...watchDir(dir, onChange)),
    async next(signal) {
      if (!changed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, POLL_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          signal.addEventListener('abort', wake, { once: true });
        });
        signal.removeEventListener('abort', wake);
      }
      if (changed && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      changed = false;
    },
    close: () => {
      for (const watcher of watchers) watcher.close();
    },
  };
}

/** No watch where the kernel has none left (`fs.inotify.max_user_instances`): polling does. */
function watchDir(dir: string, onChange: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(dir, onChange);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
