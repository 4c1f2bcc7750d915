import { z } from 'zod';
import { bool, driverOptions, integer, pairs, section, text } from './common.js';

const attachment = section({
  aliases: z.array(text).optional().meta({ description: 'more names of the service on this network' }),
  ipv4_address: text.optional(),
  ipv6_address: text.optional(),
  link_local_ips: z.array(text).optional(),
  mac_address: text.optional(),
  interface_name: text.optional(),
  driver_opts: driverOptions.optional(),
  priority: integer(-Number.MAX_SAFE_INTEGER).optional(),
  gw_priority: integer(-Number.MAX_SAFE_INTEGER).optional(),
});

/** `services.*.networks`; names alone attach without settings. */
export const attachments = z.union([
  z.array(text).transform((names): Record<string, null> => Object.fromEntries(names.map((name) => [name, null]))),
  z.record(z.string(), attachment.nullable()),
]);

const pool = section({
  subnet: text.optional().meta({ description: 'CIDR' }),
  ip_range: text.optional().meta({ description: 'CIDR that addresses are taken from' }),
  gateway: text.optional(),
  aux_addresses: z.record(z.string(), z.string()).optional(),
});

/** `networks.*` */
export const network = z.strictObject({
  name: text.optional(),
  driver: text.optional(),
  driver_opts: driverOptions.optional(),
  ipam: section({
    driver: text.optional(),
    config: z.array(pool).optional(),
    options: z.record(z.string(), z.string()).optional(),
  }).optional(),
  external: z.union([bool, section({ name: text.optional() })]).optional(),
  internal: bool.optional(),
  enable_ipv4: bool.optional(),
  enable_ipv6: bool.optional(),
  attachable: bool.optional(),
  labels: pairs.optional(),
});

export type AttachmentFile = z.output<typeof attachment>;
export type NetworkFile = z.output<typeof network>;
