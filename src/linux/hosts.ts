import { hostname as hostHostname } from 'node:os';
import { readIfPresent } from './json.js';
import { once } from './once.js';

/** What stands in a container's `/etc/hosts`, `/etc/hostname` and `/etc/resolv.conf`, as text. */

const LOOPBACK_LINES = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::\tip6-localnet',
  'ff00::\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
];

export interface HostsOptions {
  readonly hostname: string;
  readonly domainname: string | null;
  /** the host's own network namespace: its /etc/hosts is where ours begins, else null */
  readonly hostFile: string | null;
  readonly extraHosts: readonly { readonly host: string; readonly ip: string }[];
}

/**
 * A private network namespace has loopback only: the container's own name is an address there, so that programs that
 * look themselves up find something.
 */
export function hostsText(options: HostsOptions): string {
  const begin = options.hostFile === null ? [...LOOPBACK_LINES, ownLine(options)] : [options.hostFile.trimEnd()];
  const extra = options.extraHosts.map(({ host, ip }) => `${ip === 'host-gateway' ? '127.0.0.1' : ip}\t${host}`);
  return `${[...begin, ...extra].join('\n')}\n`;
}

/** A name with dots, whichever key they come from, stands before the one without. */
function ownLine({ hostname, domainname }: HostsOptions): string {
  const full = domainname === null ? hostname : `${hostname}.${domainname}`;
  const [bare = full] = full.split('.');
  return `127.0.1.1\t${full === bare ? full : `${full} ${bare}`}`;
}

/** The host's own name, for containers in its uts namespace. */
export function hostName(): string {
  return hostHostname();
}

const RESOLV_CONF = '/etc/resolv.conf';
const RESOLVED_UPLINK = '/run/systemd/resolve/resolv.conf';

const hostResolvers = once(() => readIfPresent(RESOLV_CONF) ?? '');
const reachableResolvers = once(() => {
  const text = hostResolvers();
  return onlyStub(text) ? (readIfPresent(RESOLVED_UPLINK) ?? text) : text;
});

/**
 * The host's resolver settings. A stub resolver of systemd on 127.0.0.53 can't be reached from another network
 * namespace; the file that names the servers behind it is taken then.
 */
export function resolvConfText(ownNetwork: boolean): string {
  return ownNetwork ? reachableResolvers() : hostResolvers();
}

function onlyStub(text: string): boolean {
  const servers = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, server]) => server);
  return servers.length > 0 && servers.every((server) => server === '127.0.0.53');
}
