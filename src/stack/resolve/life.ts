import { parseBytes } from '../../units.js';
import type { Dependency, Healthcheck, Logging, RestartPolicy, Service } from '../model.js';
import type { Path } from '../node.js';
import type { Report } from '../problems.js';
import type { HealthcheckFile } from '../schema/healthcheck.js';
import type { ServiceFile } from '../schema/service.js';
import { suggest } from '../suggest.js';
import { checkService, type ServiceContext, sorted } from './context.js';
import { resolveSignal } from './signal.js';

type LifeFields = Pick<
  Service,
  | 'replicas'
  | 'containerName'
  | 'restart'
  | 'healthcheck'
  | 'onUnhealthy'
  | 'stopSignal'
  | 'stopGraceMs'
  | 'logging'
  | 'dependsOn'
>;

/** How many containers, when they start, restart and stop, and what is kept of what they print. */
export function resolveLife(file: ServiceFile, context: ServiceContext): LifeFields {
  const { report } = context;
  return {
    replicas: resolveReplicas(file, report),
    containerName: file.container_name ?? null,
    restart: resolveRestart(file, report),
    healthcheck: resolveHealthcheck(file.healthcheck),
    onUnhealthy: file['x-berth']?.on_unhealthy ?? 'none',
    stopSignal: resolveSignal(file.stop_signal, ['stop_signal'], report),
    stopGraceMs: file.stop_grace_period ?? 10_000,
    logging: resolveLogging(file.logging, report),
    dependsOn: resolveDependencies(file.depends_on, context),
  };
}

function resolveReplicas(file: ServiceFile, report: Report): number {
  const { mode = 'replicated' } = file.deploy ?? {};
  if (mode !== 'replicated') report.refuse(['deploy', 'mode'], `'${mode}' is not supported: expected replicated`);
  const deployed = file.deploy?.replicas;
  if (file.scale !== undefined && deployed !== undefined && file.scale !== deployed) {
    report.error(['scale'], 'differs from deploy.replicas: give one of them, or the same value');
  }
  const replicas = file.scale ?? deployed ?? 1;
  if (replicas > 1 && file.container_name !== undefined) {
    report.error(['container_name'], `${replicas} containers cannot have one name`);
  }
  return replicas;
}

const CONDITIONS = { none: 'no', 'on-failure': 'on-failure', any: 'always' } as const;

/** `deploy.restart_policy` wins over `restart` (Compose specification, deploy). */
function resolveRestart(file: ServiceFile, report: Report): RestartPolicy {
  const policy = file.deploy?.restart_policy;
  if (policy) {
    return {
      policy: CONDITIONS[policy.condition ?? 'any'],
      maxAttempts: policy.max_attempts ?? 0,
      delayMs: policy.delay ?? null,
      windowMs: policy.window ?? null,
    };
  }
  const restart = file.restart || 'no';
  if (!/^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/.test(restart))
    report.refuse(['restart'], `expected no, always, on-failure, on-failure:N or unless-stopped, found '${restart}'`);
  const [name, attempts = '0'] = restart.split(':');
  const known = (['always', 'on-failure', 'unless-stopped'] as const).find((candidate) => candidate === name);
  return { policy: known ?? 'no', maxAttempts: Number(attempts), delayMs: null, windowMs: null };
}

export function resolveHealthcheck(file: HealthcheckFile | undefined): Healthcheck | null {
  if (!file) return null;
  return {
    disable: file.disable === true || file.test?.[0] === 'NONE',
    test: resolveProbe(file.test),
    intervalMs: file.interval || null,
    timeoutMs: file.timeout || null,
    retries: file.retries || null,
    startPeriodMs: file.start_period ?? null,
    startIntervalMs: file.start_interval || null,
  };
}

function resolveProbe(test: readonly string[] | undefined): readonly string[] | null {
  const [kind, ...words] = test ?? [];
  if (kind === 'CMD-SHELL') return ['/bin/sh', '-c', words.join(' ')];
  return kind === 'CMD' ? words : null;
}

/** Options of Docker's json-file that say something about records which we do not write. */
const IGNORED_LOG_OPTIONS = [
  'labels',
  'labels-regex',
  'env',
  'env-regex',
  'tag',
  'compress',
  'mode',
  'max-buffer-size',
];

function resolveLogging(file: ServiceFile['logging'], report: Report): Logging {
  const driver = file?.driver ?? 'json-file';
  if (driver !== 'json-file' && driver !== 'none') {
    report.refuse(['logging', 'driver'], `log driver '${driver}' is not supported yet: expected json-file or none`);
    return { driver: 'none', maxSizeBytes: 0, maxFile: 1 };
  }
  const options = Object.entries(file?.options ?? {}).filter(([, value]) => value !== null);
  let [maxSizeBytes, maxFile] = [0, 1];
  for (const [name, value] of options) {
    const path: Path = ['logging', 'options', name];
    if (name === 'max-size') maxSizeBytes = parseLogSize(String(value), path, report);
    else if (name === 'max-file') maxFile = parseLogFiles(String(value), path, report);
    else if (IGNORED_LOG_OPTIONS.includes(name)) report.warn(path, 'ignored: not supported yet');
    else report.refuseKey(path, 'unknown log option', suggest(name, ['max-size', 'max-file']));
  }
  return driver === 'none' ? { driver, maxSizeBytes: 0, maxFile: 1 } : { driver: 'json-file', maxSizeBytes, maxFile };
}

function parseLogSize(text: string, path: Path, report: Report): number {
  if (text === '-1') return 0;
  const size = parseBytes(text);
  if (size === null || size === 0)
    report.refuse(path, `expected a size such as 10m, or -1 for no rotation, found '${text}'`);
  return size ?? 0;
}

function parseLogFiles(text: string, path: Path, report: Report): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  report.refuse(path, `expected a number of files of at least 1, found '${text}'`);
  return 1;
}

function resolveDependencies(file: ServiceFile['depends_on'], context: ServiceContext): Record<string, Dependency> {
  if (Array.isArray(file)) {
    for (const [index, name] of file.entries()) checkService(name, ['depends_on', index], context, 'value');
    return sorted(
      file.map((name): [string, Dependency] => [
        name,
        { condition: 'service_started', restart: false, required: true },
      ]),
    );
  }
  const entries = Object.entries(file ?? {}).filter(
    ([name, { required = true }]) => required || !context.disabled.has(name),
  );
  for (const [name] of entries) checkService(name, ['depends_on', name], context, 'key');
  return sorted(
    entries.map(([name, { condition, restart = false, required = true }]): [string, Dependency] => [
      name,
      { condition, restart, required },
    ]),
  );
}
