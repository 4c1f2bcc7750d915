import type { ContainerStatus, Health } from '../plan/observed.js';
import { escapeControls } from './escape.js';
import { truncate } from './table.js';
import { humanDuration } from './time.js';

/** What `ps` shows of a container. Times are RFC 3339 texts. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly stack: string;
  readonly service: string;
  readonly image: string;
  /** argv of its init; empty where the container was not created whole */
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
  readonly localVolumes: number;
  readonly status: ContainerStatus;
  readonly health: Health;
  readonly pid: number | null;
  readonly exitCode: number | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** docker compose's object of `ps --format json`, plus Pid. Publishers and Networks are empty until networks exist. */
export interface ContainerJson {
  readonly Command: string;
  readonly CreatedAt: string;
  readonly ExitCode: number;
  readonly Health: string;
  readonly ID: string;
  readonly Image: string;
  readonly Labels: string;
  readonly LocalVolumes: string;
  readonly Mounts: string;
  readonly Name: string;
  readonly Names: string;
  readonly Networks: string;
  readonly Pid: number;
  readonly Ports: string;
  readonly Project: string;
  readonly Publishers: readonly never[];
  readonly RunningFor: string;
  readonly Service: string;
  readonly Size: string;
  readonly State: string;
  readonly Status: string;
}

/** @returns a container as docker compose's `ps --format json` has it */
export function containerJson(facts: ContainerFacts, nowMs: number, fullIds: boolean): ContainerJson {
  return {
    Command: commandText(facts.command, fullIds),
    CreatedAt: dockerTime(facts.createdAt),
    ExitCode: facts.exitCode ?? 0,
    Health: facts.health === 'none' ? '' : facts.health,
    ID: fullIds ? facts.id : facts.id.slice(0, 12),
    Image: facts.image,
    Labels: Object.entries(facts.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    LocalVolumes: String(facts.localVolumes),
    Mounts: facts.mounts.join(','),
    Name: facts.name,
    Names: facts.name,
    Networks: '',
    Pid: facts.pid ?? 0,
    Ports: '',
    Project: facts.stack,
    Publishers: [],
    RunningFor: agoText(facts.createdAt, nowMs),
    Service: facts.service,
    Size: '0B',
    State: facts.status,
    Status: statusText(facts, nowMs),
  };
}

/** Header and rows of `ps`. */
export const PS_HEADER: readonly string[] = ['NAME', 'IMAGE', 'COMMAND', 'SERVICE', 'CREATED', 'STATUS'];

export function containerRow(facts: ContainerFacts, nowMs: number, whole: boolean): readonly string[] {
  return [
    facts.name,
    facts.image,
    commandText(facts.command, whole),
    facts.service,
    agoText(facts.createdAt, nowMs),
    statusText(facts, nowMs),
  ].map(escapeControls);
}

/** Docker's words for a state: `Up 5 minutes (healthy)`, `Exited (137) 2 hours ago`. */
export function statusText(facts: ContainerFacts, nowMs: number): string {
  switch (facts.status) {
    case 'running':
      return `Up ${sinceText(facts.startedAt, nowMs)}${healthText(facts.health)}`;
    case 'paused':
      return `Up ${sinceText(facts.startedAt, nowMs)} (Paused)`;
    case 'restarting':
      return `Restarting (${facts.exitCode ?? 0}) ${sinceText(facts.finishedAt, nowMs)} ago`;
    case 'exited':
      return facts.finishedAt ? `Exited (${facts.exitCode ?? 0}) ${sinceText(facts.finishedAt, nowMs)} ago` : 'Exited';
    case 'creating':
    case 'created':
      return 'Created';
    case 'dead':
      return 'Dead';
  }
}

function healthText(health: Health): string {
  if (health === 'none') return '';
  return health === 'starting' ? ' (health: starting)' : ` (${health})`;
}

function agoText(moment: string, nowMs: number): string {
  return `${sinceText(moment, nowMs)} ago`;
}

function sinceText(moment: string | null, nowMs: number): string {
  return humanDuration(Math.max(0, nowMs - Date.parse(moment ?? '')) || 0);
}

/** docker quotes the command and cuts it at 20 characters. */
function commandText(command: readonly string[], whole: boolean): string {
  const text = command.join(' ');
  return `"${whole ? text : truncate(text, 20)}"`;
}

/** `2026-01-31 10:00:00 +0000 UTC`, as Go prints a time. */
function dockerTime(moment: string): string {
  return `${new Date(moment).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}
