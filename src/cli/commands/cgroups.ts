import type { CgroupUsage } from '../../addon/addon.js';
import { containerCgroup } from '../../linux/paths.js';
import type { ContainerRecord } from '../../linux/record.js';
import { type CommandMain, defineCommand } from '../command.js';
import { openContext } from '../context.js';
import { escapeControls, printableJson } from '../escape.js';
import { EXIT } from '../exit.js';
import { defineGroup } from '../group.js';
import { humanSize } from '../size.js';
import { formatTable } from '../table.js';

interface FormatOption {
  readonly format: string;
}

const formatFlag = {
  flags: '--format <format>',
  text: 'form of the output',
  choices: ['table', 'json'],
  default: 'table',
};

/** `cgroups`: every stack, or those named. */
const tree = defineCommand<FormatOption>({
  name: 'cgroups',
  usage: '',
  flags: [formatFlag],
  notes: "'berth cgroups controllers' shows what the host has. With -p one stack alone is shown.",
  run: async (invocation) => {
    const { options, globals, output } = invocation;
    const { host } = await openContext(invocation);
    const records = host
      .containers()
      .records.filter(({ stack }) => globals.projectName === undefined || stack === globals.projectName)
      .sort((a, b) => a.stack.localeCompare(b.stack) || a.name.localeCompare(b.name));
    const rows = records.map((record) => ({
      record,
      usage: host.addon.cgroupUsage(containerCgroup(record.stack, record.id)),
    }));
    if (options.format === 'json') output.out(rows.map((row) => `${printableJson(jsonRow(row))}\n`).join(''));
    else output.out(formatTable(HEADER, tableRows(rows)));
    return EXIT.done;
  },
});

interface Row {
  readonly record: ContainerRecord;
  readonly usage: CgroupUsage;
}

const HEADER = ['CGROUP', 'CONTAINER', 'PIDS', 'MEMORY', 'PEAK', 'CPU LIMIT', 'CPU TIME', 'OOM KILLS', 'STATE'];

function jsonRow({ record, usage }: Row): object {
  return { cgroup: containerCgroup(record.stack, record.id), container: record.name, stack: record.stack, ...usage };
}

/** `/berth`, its stacks and their containers, indented. */
function tableRows(rows: readonly Row[]): readonly (readonly string[])[] {
  if (rows.length === 0) return [];
  const stacks = [...new Set(rows.map(({ record }) => record.stack))];
  return [
    ['/berth'],
    ...stacks.flatMap((stack) => [
      [`  ${stack}`],
      ...rows.filter(({ record }) => record.stack === stack).map(({ record, usage }) => containerRow(record, usage)),
    ]),
  ];
}

function containerRow(record: ContainerRecord, usage: CgroupUsage): readonly string[] {
  const cgroup = `    ${record.id.slice(0, 12)}`;
  if (!usage.exists) return [cgroup, escapeControls(record.name), '', '', '', '', '', '', 'not running'];
  return [
    cgroup,
    escapeControls(record.name),
    ofLimit(usage.pids, usage.pidsLimit, String),
    ofLimit(usage.memory, usage.memoryLimit, humanSize),
    usage.memoryPeak === null ? '-' : humanSize(usage.memoryPeak),
    cpuLimit(usage),
    usage.cpuNs === null ? '-' : `${(usage.cpuNs / 1e9).toFixed(2)} s`,
    usage.oomKills === null ? '-' : String(usage.oomKills),
    usage.frozen ? 'frozen' : '',
  ];
}

/** A limit of null or below 0 is none. */
function ofLimit(value: number | null, limit: number | null, print: (value: number) => string): string {
  const used = value === null ? '-' : print(value);
  return limit === null || limit < 0 ? used : `${used} / ${print(limit)}`;
}

function cpuLimit({ cpuQuotaUs, cpuPeriodUs }: CgroupUsage): string {
  if (cpuQuotaUs === null || cpuQuotaUs < 0 || cpuPeriodUs === null) return '-';
  return `${Number((cpuQuotaUs / cpuPeriodUs).toFixed(3))} cpus`;
}

/** `cgroups controllers`: the host's. */
const controllers = defineCommand<FormatOption>({
  name: 'cgroups controllers',
  summary: "the host's controllers: version, hierarchy, mount point",
  usage: '',
  flags: [formatFlag],
  run: async (invocation) => {
    const { options, output } = invocation;
    const { host } = await openContext(invocation);
    const found = host.addon.cgroupHost();
    if (options.format === 'json') {
      output.out(`${printableJson(found)}\n`);
      return EXIT.done;
    }
    output.out(`layout: ${found.layout}${found.unified === '' ? '' : `, unified tree at ${found.unified}`}\n\n`);
    const rows = found.controllers.map(({ name, version, hierarchy, mountPoint }) => [
      name,
      `v${version}`,
      String(hierarchy),
      mountPoint === '' ? '(not mounted)' : mountPoint,
    ]);
    output.out(formatTable(['CONTROLLER', 'VERSION', 'HIERARCHY', 'MOUNT POINT'], rows));
    return EXIT.done;
  },
});

/** `cgroups [controllers]` */
export const main: CommandMain = defineGroup(
  'cgroups',
  { controllers: { summary: "the host's controllers: version, hierarchy, mount point", main: controllers } },
  tree,
);
