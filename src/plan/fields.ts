import type { Logging, Resources, Service, Volume } from '../stack/model.js';
import type { FieldClass } from './plan.js';

/** What a change of a field means for a container that is there, and why. */
export interface FieldRule {
  readonly class: FieldClass;
  readonly why: string;
}

type ServiceField =
  | Exclude<keyof Service, 'resources' | 'logging'>
  | `resources.${keyof Resources}`
  | `logging.${keyof Logging}`
  /** not in the file: what the image's name means in the store */
  | 'imageId';

const limit: FieldRule = { class: 'live', why: 'a limit is a write to a cgroup file' };
const atExec: FieldRule = { class: 'replace', why: 'given to the process when it is executed' };
const fileSystem: FieldRule = { class: 'replace', why: 'the mount namespace is set up before the process starts' };
const shimSetting: FieldRule = { class: 'live', why: 'the shim takes it up on reload' };

/** The class of every field of a service; a field without one does not compile. docs/fields.md is made from it. */
export const serviceFields: Readonly<Record<ServiceField, FieldRule>> = {
  name: { class: 'none', why: 'another name is another service' },
  image: { class: 'live', why: 'only the name on record; another image behind it shows as imageId' },
  imageId: { class: 'replace', why: 'other layers below the container, other defaults' },
  replicas: { class: 'none', why: 'containers are added or removed, none is changed' },
  containerName: { class: 'replace', why: 'a container keeps its name for life' },

  command: atExec,
  entrypoint: atExec,
  environment: atExec,
  workingDir: atExec,
  user: atExec,
  groupAdd: atExec,
  hostname: { class: 'replace', why: 'the uts namespace is set up before the process starts' },
  domainname: { class: 'replace', why: 'the uts namespace is set up before the process starts' },
  init: { class: 'replace', why: 'decides what pid 1 is' },
  tty: { class: 'replace', why: 'the terminal is opened before the process starts' },
  stdinOpen: { class: 'restart', why: 'the shim opens stdin when it starts the process' },
  labels: { class: 'live', why: 'only on record' },
  extraHosts: { class: 'replace', why: '/etc/hosts is written when the container is created' },
  oomScoreAdj: { class: 'restart', why: 'set before the process starts, and inherited from there on' },
  ulimits: atExec,
  sysctls: { class: 'replace', why: 'written when the namespaces are made' },

  privileged: { class: 'replace', why: 'capabilities, devices and mounts all follow from it' },
  readOnly: fileSystem,
  capAdd: atExec,
  capDrop: atExec,
  devices: fileSystem,
  deviceCgroupRules: { class: 'replace', why: 'what was opened under the old rules would stay open' },
  noNewPrivileges: atExec,
  seccomp: { class: 'replace', why: 'a filter is put on before the command is executed, and for good' },
  namespaces: { class: 'replace', why: 'a process is born into its namespaces' },

  mounts: fileSystem,
  shmSizeBytes: fileSystem,

  'resources.pidsLimit': limit,
  'resources.cpus': limit,
  'resources.cpuQuotaUs': limit,
  'resources.cpuPeriodUs': limit,
  'resources.cpuShares': limit,
  'resources.cpuset': limit,
  'resources.memoryBytes': limit,
  'resources.memorySwapBytes': limit,
  'resources.memoryReservationBytes': limit,
  'resources.memorySwappiness': limit,
  'resources.oomKillDisable': limit,
  'resources.blkio': limit,

  restart: shimSetting,
  healthcheck: shimSetting,
  onUnhealthy: shimSetting,
  stopSignal: shimSetting,
  stopGraceMs: shimSetting,
  'logging.driver': { class: 'replace', why: 'the pipes are connected before the process starts' },
  'logging.maxSizeBytes': shimSetting,
  'logging.maxFile': shimSetting,
  dependsOn: { class: 'none', why: 'only decides the order of steps' },
};

/** The class of every field of a volume. Nothing that would cost data is done without being asked for. */
export const volumeFields: Readonly<Record<keyof Volume, FieldRule>> = {
  key: { class: 'none', why: 'another key is another volume' },
  name: { class: 'replace', why: 'containers move to the volume of the new name; the old one stays' },
  external: { class: 'none', why: 'only says who makes and removes it' },
  driver: { class: 'replace', why: 'refused while the volume holds data: remove it first' },
  driverOpts: { class: 'replace', why: 'refused while the volume holds data: remove it first' },
  labels: { class: 'none', why: 'kept as they were when the volume was made' },
};

/** The rule of a path such as `environment.PORT` or `resources.memoryBytes`; null: no such field. */
export function ruleOf(field: string): FieldRule | null {
  const [first = '', second = ''] = field.split('.');
  const rules: Readonly<Record<string, FieldRule>> = serviceFields;
  return rules[`${first}.${second}`] ?? rules[first] ?? null;
}

/** The row of the table that a path belongs to: `environment` for `environment.PORT`. */
export function rowOf(field: string): string {
  const [first = '', second = ''] = field.split('.');
  return `${first}.${second}` in serviceFields ? `${first}.${second}` : first;
}

/** docs/fields.md: both tables as Markdown. */
export function describeFields(): string {
  return [
    '# What a changed field does',
    '',
    'Printed from the table in `src/plan/fields.ts`; `npx vitest run test/unit/plan/fields.test.ts -u` writes it anew.',
    '',
    '- **live**: the kernel or the shim is told, nothing restarts',
    '- **restart**: the same container stops and starts',
    '- **replace**: a new container takes the place of the old one',
    '- **none**: nothing to do for a container that is there',
    '',
    ...describeTable('Services', serviceFields),
    ...describeTable('Volumes', volumeFields),
  ].join('\n');
}

function describeTable(title: string, rules: Readonly<Record<string, FieldRule>>): string[] {
  const rows = Object.entries(rules).map(([field, rule]) => `| \`${field}\` | ${rule.class} | ${rule.why} |`);
  return [`## ${title}`, '', '| field | class | why |', '| --- | --- | --- |', ...rows, ''];
}
