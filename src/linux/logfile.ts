import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf, namesIn } from './json.js';
import { inRange, type LogRange, type LogRecord, lastLines, parseLogLine } from './logline.js';

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 0x0a;

/** Files of a log, oldest first: `<log>.2`, `<log>.1`, `<log>`. */
export function logFiles(log: string): readonly string[] {
  const prefix = `${basename(log)}.`;
  const rotated = namesIn(dirname(log))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => b - a);
  return [...rotated.map((n) => join(dirname(log), `${prefix}${n}`)), log];
}

/** Reads lines of one log file as they are appended. It keeps the file open, so that a rotation doesn't cost a line. */
export interface LogReader {
  readonly inode: number;
  /** what has been appended since the last call, as whole lines */
  read(): readonly LogRecord[];
  close(): void;
}

/** null where the file isn't there. */
export function openLogReader(path: string): LogReader | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  let position = 0;
  let rest: Buffer = Buffer.alloc(0);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  return {
    inode: fstatSync(fd).ino,
    read() {
      const records: LogRecord[] = [];
      for (;;) {
        const count = readSync(fd, chunk, 0, CHUNK_BYTES, position);
        if (count === 0) return records;
        position += count;
        rest = takeLines(Buffer.concat([rest, chunk.subarray(0, count)]), records);
      }
    },
    close: () => closeSync(fd),
  };
}

/** Puts the whole lines of `data` into `records`. @returns what is behind the last newline */
function takeLines(data: Buffer, records: LogRecord[]): Buffer {
  let start = 0;
  for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
    const record = parseLogLine(data.toString('utf8', start, end));
    if (record !== null) records.push(record);
    start = end + 1;
  }
  return data.subarray(start);
}

/** A log read once: what there is of it, and where following goes on. */
export interface LogSnapshot {
  readonly records: readonly LogRecord[];
  /** reader of the newest file, standing at its end; null where there is no log yet */
  readonly reader: LogReader | null;
}

/**
 * Reads a log with its rotated files.
 * @param tail number of lines from the end; null: all. Older files are not opened once there are enough.
 */
export function readLog(log: string, range: LogRange, tail: number | null): LogSnapshot {
  const files = [...logFiles(log)].reverse();
  let records: readonly LogRecord[] = [];
  let newest: LogReader | null = null;
  const seen = new Set<number>();
  for (const [index, path] of files.entries()) {
    const reader = openLogReader(path);
    if (index === 0) newest = reader;
    if (reader === null) continue;
    // A rotation between two opens gives one file a second name.
    if (!seen.has(reader.inode)) records = [...reader.read().filter((record) => inRange(record, range)), ...records];
    seen.add(reader.inode);
    if (index > 0) reader.close();
    if (tail !== null && lastLines(records, tail + 1).length < records.length) break;
  }
  return { records: tail === null ? records : lastLines(records, tail), reader: newest };
}
