import { BerthError } from '../errors.js';

const statuses = ['created', 'running', 'paused', 'restarting', 'exited'] as const;
const healths = ['none', 'starting', 'healthy', 'unhealthy'] as const;

/** What a shim says of its container; docs/architecture.md ("Status"). It is a claim until it was checked. */
export interface ShimStatus {
  readonly bootId: string;
  readonly shimPid: number;
  /** clock ticks since boot, field 22 of /proc/<pid>/stat */
  readonly shimStart: number;
  readonly status: (typeof statuses)[number];
  /** null: no init lives */
  readonly pid: number | null;
  readonly pidStart: number;
  /** RFC 3339, UTC; null: not yet */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** 128 + signal for a signal; null: not yet */
  readonly exitCode: number | null;
  readonly signal: number | null;
  readonly oomKilled: boolean;
  readonly restartCount: number;
  readonly health: (typeof healths)[number];
  readonly healthStreak: number;
  readonly healthOutput: string;
  readonly manuallyStopped: boolean;
  readonly generation: number;
  /** why the last start failed; null: it didn't */
  readonly error: {
    readonly step: string;
    readonly call: string;
    readonly errno: number;
    readonly what: string;
  } | null;
}

/** Reads a status text. Unknown keys are those of a newer shim. @throws BerthError STATE naming the key */
export function parseStatus(text: string): ShimStatus {
  const values = parseEntries(text);
  const number = (key: string): number => toNumber(key, values.get(key) ?? '0');
  const optional = (key: string): number | null => (values.get(key) ? number(key) : null);
  const time = (key: string): string | null => values.get(key) || null;
  if (number('version') !== 1) throw statusError('version', values.get('version') ?? 'missing');
  return {
    bootId: values.get('boot_id') ?? '',
    shimPid: number('shim_pid'),
    shimStart: number('shim_start'),
    status: oneOf(statuses, 'status', values.get('status') ?? ''),
    pid: number('pid') === 0 ? null : number('pid'),
    pidStart: number('pid_start'),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
    exitCode: optional('exit_code'),
    signal: optional('signal'),
    oomKilled: number('oom_killed') === 1,
    restartCount: number('restart_count'),
    health: oneOf(healths, 'health', values.get('health') ?? 'none'),
    healthStreak: number('health_streak'),
    healthOutput: values.get('health_output') ?? '',
    manuallyStopped: number('manually_stopped') === 1,
    generation: number('generation'),
    error: values.get('error_step')
      ? {
          step: values.get('error_step') ?? '',
          call: values.get('error_call') ?? '',
          errno: number('error_errno'),
          what: values.get('error_what') ?? '',
        }
      : null,
  };
}

function parseEntries(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals), unescapeValue(line.slice(equals + 1)));
  }
  return values;
}

function unescapeValue(value: string): string {
  return value.replace(/\\(n|\\)/g, (_, code: string) => (code === 'n' ? '\n' : '\\'));
}

function toNumber(key: string, text: string): number {
  const value = text === '' ? 0 : Number(text);
  if (!Number.isSafeInteger(value)) throw statusError(key, text);
  return value;
}

function oneOf<T extends string>(allowed: readonly T[], key: string, text: string): T {
  const found = allowed.find((one) => one === text);
  if (found === undefined) throw statusError(key, text);
  return found;
}

function statusError(key: string, text: string): BerthError {
  return new BerthError('STATE', `read a shim's status: ${key} is ${JSON.stringify(text)}`);
}
