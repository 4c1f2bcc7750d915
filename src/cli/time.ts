import { BerthError } from '../errors.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/;
const UNIX = /^\d+(?:\.\d{1,9})?$/;
const RFC3339 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** `1h30m` in milliseconds; null when it is no duration. */
export function parseDuration(text: string): number | null {
  if (!DURATION.test(text)) return null;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g);
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}

/**
 * A moment of `--since` and `--until` in milliseconds since 1970.
 *
 * @param text RFC 3339 (`2026-01-31T10:00:00Z`, local time without zone), a duration before now (`10m`), or Unix seconds
 * @throws USAGE for anything else
 */
export function parseMoment(flag: string, text: string, nowMs: number): number {
  const duration = parseDuration(text);
  if (duration !== null) return nowMs - duration;
  if (UNIX.test(text)) return Number(text) * 1000;
  const moment = RFC3339.test(text) ? Date.parse(localMidnight(text)) : Number.NaN;
  if (Number.isNaN(moment)) {
    throw new BerthError(
      'USAGE',
      `${flag}: '${text}' is no time: expected RFC 3339, a duration such as 10m, or Unix seconds`,
    );
  }
  return moment;
}

/** JavaScript reads a bare date as UTC; docker, and everyone at a keyboard, means local midnight. */
function localMidnight(text: string): string {
  return text.length === 10 ? `${text}T00:00:00` : text;
}

/**
 * Seconds of a `--timeout`-like flag in milliseconds.
 *
 * @throws USAGE unless it is a number of seconds, 0 or more
 */
export function parseSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new BerthError('USAGE', `'${text}' is no number of seconds`);
  }
  return value * 1000;
}

/** How long ago in docker's words: `Less than a second`, `5 minutes`, `About an hour`, `3 weeks`. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor(minutes / 60 + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  return humanDays(Math.floor(minutes / 60));
}

function humanDays(hours: number): string {
  if (hours < 24 * 14) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 60) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}
