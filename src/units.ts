/**
 * Quantities as Compose files write them: bytes, durations and cpus. Parsers return null for text that is no quantity;
 * the caller knows what it belongs to and says so. Every printer's text parses to the same value again.
 */

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
};

/**
 * Parses `512m`, `1.5gb`, `64 KiB`, `1e3`; a unit is 1024 of the one before it, whether written `k`, `kb` or `kib`.
 * @returns whole bytes, rounded down; null if the text is no size or too large to be exact
 */
export function parseBytes(text: string): number | null {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(e\d+)? ?(?:([kmgtp]?)(?:i?b)?)$/i.exec(text.trim());
  if (!match) return null;
  const bytes = Math.floor(Number(`${match[1]}${match[2] ?? ''}`) * (BYTE_UNITS[(match[3] ?? '').toLowerCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** The shortest exact text: `512m`, `1536k`, `1000`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['p', 't', 'g', 'm', 'k']) {
    const size = BYTE_UNITS[unit] ?? 1;
    if (bytes !== 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
};

/**
 * Parses `10s`, `1m30s`, `1.5h`, `250ms`; units `us ms s m h d w`. A number without a unit is no duration, except `0`.
 * @returns whole milliseconds; what is shorter than one but not zero counts as one
 */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d*)?(?:us|ms|[smhdw]))+$/.test(text)) return null;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(us|ms|[smhdw])/g)) {
    ms += Number(amount) * (MS_PER_UNIT[unit ?? ''] ?? Number.NaN);
  }
  const whole = ms > 0 ? Math.max(1, Math.round(ms)) : 0;
  return Number.isSafeInteger(whole) ? whole : null;
}

/** `1h1m1s500ms`, the largest units first; `0s` for nothing. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const unit of ['h', 'm', 's', 'ms']) {
    const size = MS_PER_UNIT[unit] ?? 1;
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text === '' ? '0s' : text;
}

/** Parses a number of cpus such as `0.5`. @returns null if it is no decimal number, or negative */
export function parseCpus(text: string): number | null {
  return /^(\d+(?:\.\d*)?|\.\d+)$/.test(text) ? Number(text) : null;
}

/** A number of cpus without an exponent and without needless zeros. */
export function formatCpus(cpus: number): string {
  return cpus.toFixed(9).replace(/\.?0+$/, '');
}
