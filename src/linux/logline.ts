import { isObject } from './json.js';

/** One record of a container's log in Docker's json-file form. */
export interface LogRecord {
  readonly stream: 'stdout' | 'stderr';
  /** text as written, with its newline; without one where a long line was cut or the container ended in mid-line */
  readonly text: string;
  /** RFC 3339 with nanoseconds, UTC; compares in time order as text, see `timeKey` */
  readonly time: string;
}

/** Reads one line; null for what is no record, such as the half line that a full disk left. */
export function parseLogLine(line: string): LogRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isObject(value) || typeof value['log'] !== 'string' || typeof value['time'] !== 'string') return null;
  return { stream: value['stream'] === 'stderr' ? 'stderr' : 'stdout', text: value['log'], time: value['time'] };
}

/** A UTC time as text that sorts: fractions are written with varying length, `…:05Z` is before `…:05.1Z`. */
export function timeKey(time: string): string {
  const match = /^(.{19})(?:\.(\d{1,9}))?Z?$/.exec(time);
  return match ? `${match[1]}.${(match[2] ?? '').padEnd(9, '0')}` : time;
}

/** A Unix time in milliseconds as a key to compare with. */
export function timeKeyOf(unixMs: number): string {
  return timeKey(new Date(unixMs).toISOString());
}

/** The part of the log that is asked for. */
export interface LogRange {
  /** key of `timeKey`: records at or after it; null: from the first */
  readonly since: string | null;
  /** records at or before it; null: to the last */
  readonly until: string | null;
}

export function inRange(record: LogRecord, range: LogRange): boolean {
  const key = timeKey(record.time);
  return (range.since === null || key >= range.since) && (range.until === null || key <= range.until);
}

/** A record and the container that wrote it. */
export interface ContainerLogRecord extends LogRecord {
  readonly id: string;
}

/** Merges lists that are each in time order; among equal times earlier lists come first. */
export function mergeByTime(lists: readonly (readonly ContainerLogRecord[])[]): readonly ContainerLogRecord[] {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  const keyed = lists.flatMap((list, order) =>
    list.map((record, index) => ({ key: timeKey(record.time), order, index, record })),
  );
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.order - b.order || a.index - b.index));
  return keyed.map(({ record }) => record);
}

/** The last `count` lines of a list of records; a line that was cut into several records counts as one. */
export function lastLines<T extends LogRecord>(records: readonly T[], count: number): readonly T[] {
  let start = records.length;
  for (let lines = 0; start > 0; start -= 1) {
    const endsLine = start === records.length || records[start - 1]?.text.endsWith('\n') === true;
    if (endsLine && lines === count) break;
    if (endsLine) lines += 1;
  }
  return count === 0 ? [] : records.slice(start);
}
