import { BerthError } from '../errors.js';
import type { ContainerInput } from './input.js';
import { hostnameOf } from './namespaces.js';
import type { Process } from './spec.js';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Entrypoint and command: an entrypoint in the file drops the image's command, an empty one only drops its entrypoint.
 * @throws BerthError INPUT where nothing is left to run
 */
export function toArgs({ service, image }: Pick<ContainerInput, 'service' | 'image'>): string[] {
  const entrypoint = service.entrypoint ?? image.entrypoint;
  const isOverridden = service.entrypoint !== null && service.entrypoint.length > 0;
  const command = service.command ?? (isOverridden ? [] : image.command);
  const args = [...entrypoint, ...command].filter((arg, index) => index > 0 || arg !== '');
  if (args.length > 0) return args;
  throw new BerthError('INPUT', `run service ${service.name}: neither it nor its image says what to run`, {
    hint: 'give it a `command`',
  });
}

/** Defaults, then the image's variables, then the service's; null takes one away, but for HOME, which is always there. */
export function toEnvironment(input: ContainerInput): string[] {
  const { service, image, user } = input;
  const variables = new Map([
    ['PATH', defaultPath],
    ['HOSTNAME', hostnameOf(input)],
  ]);
  if (service.tty) variables.set('TERM', 'xterm');
  for (const line of image.env) {
    const [name = '', ...value] = line.split('=');
    variables.set(name, value.join('='));
  }
  for (const [name, value] of Object.entries(service.environment)) {
    if (value === null) variables.delete(name);
    else variables.set(name, value);
  }
  if (!variables.get('HOME')) variables.set('HOME', user.home);
  return [...variables].map(([name, value]) => `${name}=${value}`);
}

/** 2^64: `specText` writes it as the kernel's RLIM_INFINITY. */
const unlimited = 2 ** 64;

/** Docker's limit under a current systemd; written down, so that it isn't inherited from whoever runs the command. */
const defaultOpenFiles = { soft: 1024, hard: 524_288 };

export function toRlimits({ service, mostOpenFiles }: ContainerInput): Process['rlimits'] {
  const hard = Math.min(defaultOpenFiles.hard, mostOpenFiles ?? Number.POSITIVE_INFINITY);
  const nofile = { soft: Math.min(defaultOpenFiles.soft, hard), hard };
  return Object.entries({ nofile, ...service.ulimits })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { soft, hard }]) => ({
      type: `RLIMIT_${name.toUpperCase()}`,
      soft: soft === -1 ? unlimited : soft,
      hard: hard === -1 ? unlimited : hard,
    }));
}
