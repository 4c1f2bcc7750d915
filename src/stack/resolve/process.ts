import { isIP } from 'node:net';
import type { ExtraHost, Service } from '../model.js';
import type { Path } from '../node.js';
import type { Report } from '../problems.js';
import type { ServiceFile } from '../schema/service.js';
import { splitWords } from '../shellwords.js';
import { type ServiceContext, sorted } from './context.js';
import { resolveEnvironment } from './environment.js';

type ProcessFields = Pick<
  Service,
  | 'command'
  | 'entrypoint'
  | 'environment'
  | 'workingDir'
  | 'user'
  | 'groupAdd'
  | 'hostname'
  | 'domainname'
  | 'init'
  | 'tty'
  | 'stdinOpen'
  | 'labels'
  | 'extraHosts'
  | 'oomScoreAdj'
>;

/** What runs and what it sees of itself. */
export function resolveProcess(file: ServiceFile, context: ServiceContext): ProcessFields {
  const { report } = context;
  return {
    command: resolveCommand(file.command, ['command'], report),
    entrypoint: resolveCommand(file.entrypoint, ['entrypoint'], report),
    environment: resolveEnvironment(file, context),
    workingDir: resolveWorkingDir(file.working_dir, report),
    user: resolveUser(file.user, report),
    groupAdd: [...new Set((file.group_add ?? []).map(String))],
    hostname: resolveHostname('hostname', file.hostname, report),
    domainname: resolveHostname('domainname', file.domainname, report),
    init: file.init ?? false,
    tty: file.tty ?? false,
    stdinOpen: file.stdin_open ?? false,
    labels: resolveLabels(file.labels, ['labels'], report),
    extraHosts: resolveExtraHosts(file.extra_hosts, report),
    oomScoreAdj: file.oom_score_adj ?? null,
  };
}

/** A line is split into words; null is the image's own, an empty list or line none. */
export function resolveCommand(
  command: string | readonly string[] | null | undefined,
  path: Path,
  report: Report,
): readonly string[] | null {
  if (typeof command !== 'string') return command ?? null;
  const split = splitWords(command);
  if (split.ok) return split.words;
  const tell = split.before === null ? report.error : report.refuse;
  tell(path, split.message, 'for a shell write ["/bin/sh", "-c", "…"]');
  return split.before;
}

function resolveWorkingDir(dir: string | undefined, report: Report): string | null {
  if (!dir) return null;
  if (!dir.startsWith('/')) report.refuse(['working_dir'], `expected an absolute path, found '${dir}'`);
  return dir;
}

function resolveUser(user: string | undefined, report: Report): string | null {
  if (!user) return null;
  if (!/^[^\s:]+(?::[^\s:]+)?$/.test(user)) report.refuse(['user'], `expected USER or USER:GROUP, found '${user}'`);
  return user;
}

/** Names as RFC 1123 has them; the kernel's limit is 64 bytes. */
function resolveHostname(key: 'hostname' | 'domainname', name: string | undefined, report: Report): string | null {
  if (!name) return null;
  const isName = /^[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_]([a-z\d_-]*[a-z\d_])?)*$/i.test(name);
  if (!isName || name.length > 64)
    report.refuse([key], `expected a host name of at most 64 letters, digits, - and ., found '${name}'`);
  return name;
}

/** Labels as texts. Those of docker compose itself are set by us and can't be given. */
export function resolveLabels(
  labels: Readonly<Record<string, string | null>> | undefined,
  path: Path,
  report: Report,
): Record<string, string> {
  const entries = Object.entries(labels ?? {});
  for (const [name] of entries) {
    if (name.startsWith('com.docker.compose.'))
      report.refuseKey([...path, name], 'labels that begin with com.docker.compose are reserved');
  }
  return sorted(entries.map(([name, value]) => [name, value ?? '']));
}

function resolveExtraHosts(hosts: ServiceFile['extra_hosts'], report: Report): ExtraHost[] {
  if (!hosts) return [];
  const found = new Map<string, ExtraHost>();
  const add = (path: Path, host: string, ip: string, written = `${host}=${ip}`): void => {
    const address = ip.replace(/^\[(.*)\]$/, '$1');
    if (!isAddress(address) || !/^[^\s=]+$/.test(host)) report.refuse(path, `expected HOST=IP, found '${written}'`);
    found.set(`${host}=${address}`, { host, ip: address });
  };
  if (Array.isArray(hosts)) {
    for (const [index, entry] of hosts.entries()) {
      const [, host = '', ip = ''] = /^([^=:]*)[=:](.*)$/.exec(entry) ?? [];
      for (const one of ip.split(',')) add(['extra_hosts', index], host, one, entry);
    }
  } else {
    for (const [host, ips] of Object.entries(hosts))
      for (const ip of [ips].flat()) add(['extra_hosts', host], host, ip);
  }
  return [...found.values()];
}

function isAddress(text: string): boolean {
  return text === 'host-gateway' || isIP(text) !== 0;
}
