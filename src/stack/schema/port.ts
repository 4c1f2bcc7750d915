import { z } from 'zod';
import { parsePorts } from '../ports.js';
import { section, text } from './common.js';

const number = z.union([z.number(), z.string()]);

const long = section({
  name: text.optional(),
  mode: text.optional(),
  host_ip: text.optional(),
  target: number,
  published: number.transform(String).optional(),
  protocol: text.optional(),
  app_protocol: text.optional(),
}).transform(({ target, mode = 'ingress', protocol = 'tcp', ...rest }, context) => {
  const port = Number(target);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return [{ ...rest, target: port, mode, protocol }];
  context.addIssue({ code: 'custom', path: ['target'], message: `expected a port from 1 to 65535, found '${target}'` });
  return z.NEVER;
});

const short = number.transform((value, context) => {
  const parsed = parsePorts(String(value));
  if (parsed.ok) return parsed.ports.map((port) => ({ ...port, mode: 'ingress' }));
  context.addIssue({ code: 'custom', message: parsed.message });
  return z.NEVER;
});

/** `services.*.ports`; the short form may stand for several. Equal ones collapse. */
export const ports = z.array(z.union([short, long])).transform((lists) => {
  const all = lists.flat().map((port): [string, PortFile] => [JSON.stringify(Object.entries(port).sort()), port]);
  return [...new Map(all).values()];
});

export interface PortFile {
  readonly mode: string;
  readonly target: number;
  /** a port or a range; absent: one that is free */
  readonly published?: string | undefined;
  readonly host_ip?: string | undefined;
  readonly protocol: string;
  readonly name?: string | undefined;
  readonly app_protocol?: string | undefined;
}
