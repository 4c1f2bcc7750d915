import { isIP } from 'node:net';

export interface Port {
  readonly target: number;
  /** a port, or a range for one target; absent: one that is free */
  readonly published?: string;
  readonly host_ip?: string;
  readonly protocol: string;
}

export type Ports =
  | { readonly ok: true; readonly ports: readonly Port[] }
  | { readonly ok: false; readonly message: string };

const PROTOCOLS = ['tcp', 'udp', 'sctp'];
const FORM = '[[IP:][PUBLISHED]:]TARGET[/PROTOCOL]';

/**
 * The short syntax of a port (Compose specification, ports): ports may be ranges. A range for a range is one port for each
 * pair; a range of published ports for one target is one of them.
 */
export function parsePorts(text: string): Ports {
  const [, address, published = '', target = '', protocol = 'tcp'] =
    /^(?:(?:(\[[^\]]*\]|[^:]*):)?([^:]*):)?([^:/]*)(?:\/(.*))?$/.exec(text) ?? [];
  const targets = rangeOf(target);
  if (!targets) return wrong(`expected ${FORM}, found '${text}'`);
  if (!PROTOCOLS.includes(protocol.toLowerCase()))
    return wrong(`expected the protocol tcp, udp or sctp, found '${protocol}'`);
  const host = address?.replace(/^\[(.*)\]$/, '$1');
  if (host && isIP(host) === 0) return wrong(`expected an IP address, found '${host}'`);
  const common = { protocol: protocol.toLowerCase(), ...(host ? { host_ip: host } : {}) };
  const numbers = Array.from({ length: targets.last - targets.first + 1 }, (_, index) => targets.first + index);
  if (published === '') return { ok: true, ports: numbers.map((port) => ({ target: port, ...common })) };
  const hosts = rangeOf(published, 0);
  if (!hosts) return wrong(`expected a port from 0 to 65535, found '${published}'`);
  if (numbers.length === 1) return { ok: true, ports: [{ target: targets.first, published, ...common }] };
  if (hosts.last - hosts.first !== targets.last - targets.first)
    return wrong(`expected two ranges of one length, found '${published}:${target}'`);
  const ports = numbers.map((port, index) => ({ target: port, published: String(hosts.first + index), ...common }));
  return { ok: true, ports };
}

function rangeOf(text: string, least = 1): { first: number; last: number } | null {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  return first >= least && last >= first && last <= 65535 ? { first, last } : null;
}

function wrong(message: string): Ports {
  return { ok: false, message };
}
