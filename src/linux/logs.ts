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

/**
 * The logs of containers as they are now, in time order, and then what is appended, until no container lives any more or
 * the signal is aborted. Lists of records that were found together are in time order.
 */
export async function* followLogs(
  sources: readonly LogSource[],
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly ContainerLogRecord[], void, undefined> {
  const tails = sources.map((source) => startTail(source, options));
  const changes = watchDirs(sources.map(({ log }) => dirname(log)));
  try {
    yield mergeByTime(tails.map((tail) => tail.first));
    for (;;) {
      // Asked before reading: what a container wrote before it ended is there once it has ended.
      const live = sources.some((source) => source.isLive()) && !signal.aborted && !isPast(options.until);
      const records = mergeByTime(tails.map((tail) => tail.read()));
      if (records.length > 0) yield records;
      if (!live) return;
      await changes.next(signal);
    }
  } finally {
    changes.close();
    for (const tail of tails) tail.close();
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
  /** resolves after a change, after a while without one, or when the signal is aborted */
  next(signal: AbortSignal): Promise<void>;
  close(): void;
}

function watchDirs(dirs: readonly string[]): Changes {
  let changed = false;
  let wake: () => void = () => undefined;
  const onChange = () => {
    changed = true;
    wake();
  };
  const watchers = dirs.flatMap((dir) => watchDir(dir, onChange));
  return {
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
