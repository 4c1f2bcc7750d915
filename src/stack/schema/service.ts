import { z } from 'zod';
import { build } from './build.js';
import {
  bool,
  bytes,
  bytesOrUnlimited,
  command,
  cpus,
  duration,
  extraHosts,
  integer,
  nameList,
  pairs,
  resourceName,
  section,
  text,
  textOrList,
  ulimits,
  word,
} from './common.js';
import { deploy, deviceRequest } from './deploy.js';
import { develop } from './develop.js';
import { grants } from './grant.js';
import { healthcheck } from './healthcheck.js';
import { hooks, initHooks } from './hook.js';
import { modelUses, provider } from './model.js';
import { longMount } from './mount.js';
import { attachments } from './network.js';
import { ports } from './port.js';

const envFile = z.union([
  text,
  z.array(
    z.union([
      text,
      section({
        path: text,
        required: bool.optional(),
        format: z.literal('raw', { error: "expected 'raw'" }).optional(),
      }),
    ]),
  ),
]);

const dependency = section({
  condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
  restart: bool.optional(),
  required: bool.optional(),
});

const device = z.union([text, section({ source: text, target: text.optional(), permissions: text.optional() })]);

const weight = integer(10, 1000);
const byteRates = z.array(section({ path: text, rate: bytes })).optional();
const operationRates = z.array(section({ path: text, rate: integer(1) })).optional();

const blkioConfig = section({
  weight: integer(0, 1000).optional(),
  weight_device: z.array(section({ path: text, weight })).optional(),
  device_read_bps: byteRates,
  device_write_bps: byteRates,
  device_read_iops: operationRates,
  device_write_iops: operationRates,
});

const logging = section({
  driver: text.optional(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).optional(),
});

const hardened = bool.meta({
  description:
    'few capabilities, no new privileges, a read-only root, a user namespace of its own, a limit of processes',
});

/** `x-berth` of the whole file: what holds for services that say nothing themselves. */
export const stackDefaults = z.strictObject({ hardened: hardened.optional() });

const xBerth = z.strictObject({
  on_unhealthy: z
    .enum(['none', 'restart'])
    .optional()
    .meta({ description: 'what the shim does with an unhealthy container; none' }),
  hardened: hardened.optional(),
});

/** The keys of a service, each checked by itself so that all errors show at once; what depends on several is `resolve`'s. */
export const service = z.strictObject({
  image: text.optional().meta({ description: 'an image of the store, or an entry of images:' }),
  command: command.optional().meta({ description: "replaces the image's command" }),
  entrypoint: command.optional().meta({ description: "replaces the image's entrypoint and command" }),
  environment: pairs.optional().meta({ description: 'variables; without a value: that of the caller, or unset' }),
  env_file: envFile.optional().meta({ description: 'files of variables; later ones and environment win' }),
  working_dir: z.string().optional().meta({ description: 'absolute path inside the container' }),
  user: z.string().optional().meta({ description: 'name or uid, and after a colon group or gid' }),
  group_add: z
    .array(z.union([z.string(), z.number()]))
    .optional()
    .meta({ description: 'additional groups' }),
  hostname: z.string().optional(),
  domainname: z.string().optional(),
  init: bool.optional().meta({ description: 'a reaper as pid 1' }),
  tty: bool.optional().meta({ description: 'a terminal as stdin, stdout and stderr' }),
  stdin_open: bool.optional().meta({ description: 'keep stdin open' }),
  labels: pairs.optional(),
  read_only: bool.optional().meta({ description: 'mount the root file system read-only' }),
  tmpfs: textOrList.optional().meta({ description: 'tmpfs mounts: /path or /path:size=64m,mode=1777,noexec' }),
  shm_size: bytes.optional().meta({ description: 'size of /dev/shm; 64m' }),
  ulimits: ulimits.optional().meta({ description: 'resource limits of processes; -1 is unlimited' }),
  sysctls: pairs.optional().meta({ description: 'namespaced kernel settings' }),
  cap_add: nameList.optional().meta({ description: 'capabilities beyond the default ones' }),
  cap_drop: nameList.optional().meta({ description: 'capabilities to take away; ALL' }),
  privileged: bool.optional().meta({ description: 'all capabilities and devices, nothing masked' }),
  devices: z.array(device).optional().meta({ description: 'host devices: SOURCE[:TARGET[:rwm]]' }),
  device_cgroup_rules: z
    .array(z.string().regex(/^[acb] (?:\d+|\*):(?:\d+|\*) [rwm]+$/, { error: "expected a rule such as 'c 1:3 rwm'" }))
    .optional(),
  security_opt: z
    .array(z.string())
    .optional()
    .meta({ description: 'no-new-privileges, seccomp=unconfined or seccomp=FILE' }),
  oom_score_adj: integer(-1000, 1000).optional().meta({ description: 'from -1000 (never killed) to 1000' }),
  stop_signal: z
    .union([z.string(), z.number()])
    .optional()
    .meta({ description: "sent to stop; the image's, else SIGTERM" }),
  stop_grace_period: duration.optional().meta({ description: 'time from the stop signal to SIGKILL; 10s' }),
  restart: text.optional().meta({ description: 'no, always, on-failure, on-failure:N or unless-stopped' }),
  container_name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, { error: 'expected two or more letters, digits and the signs _ . -' })
    .optional(),
  scale: integer(0).optional().meta({ description: 'number of containers' }),
  deploy: deploy.nullable().optional(),
  depends_on: z.union([z.array(text), z.record(resourceName, dependency)]).optional(),
  healthcheck: healthcheck.optional(),
  logging: logging.optional().meta({ description: 'json-file with max-size and max-file, or none' }),
  extra_hosts: extraHosts.optional().meta({ description: 'lines for /etc/hosts: HOST=IP' }),
  profiles: z.array(word).optional().meta({ description: 'the service runs only where one of them is enabled' }),
  pids_limit: integer(-1).optional().meta({ description: 'number of processes and threads; -1 is unlimited' }),
  cpus: cpus.optional().meta({ description: 'cpu time as a number of cpus' }),
  cpu_quota: z
    .union([integer(1000), z.literal([0, -1, '0', '-1'])])
    .optional()
    .meta({ description: 'microseconds of cpu time in each period' }),
  cpu_period: z
    .union([integer(1000, 1_000_000), z.literal([0, '0'])])
    .optional()
    .meta({ description: 'microseconds' }),
  cpu_shares: integer(0, 262_144).optional().meta({ description: 'relative weight; 1024' }),
  cpuset: z
    .string()
    .regex(/^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/, { error: "expected cpus such as '0-3' or '0,2'" })
    .optional(),
  mem_limit: bytes.optional(),
  memswap_limit: bytesOrUnlimited.optional().meta({ description: 'memory and swap together; -1 is unlimited' }),
  mem_reservation: bytes.optional().meta({ description: 'memory that is kept under pressure' }),
  mem_swappiness: integer(-1, 100).optional(),
  oom_kill_disable: bool.optional(),
  blkio_config: blkioConfig.optional(),
  network_mode: text.optional().meta({ description: 'none, host, service:NAME or container:NAME' }),
  ipc: text.optional().meta({ description: 'private, shareable, none, host, service:NAME or container:NAME' }),
  pid: text.nullable().optional().meta({ description: 'host, service:NAME or container:NAME' }),
  uts: text.optional().meta({ description: 'host, service:NAME or container:NAME' }),
  userns_mode: text
    .optional()
    .meta({ description: 'host, auto[:size=N,uidmapping=C:H:N,gidmapping=C:H:N], service:NAME or container:NAME' }),
  cgroup: text.optional().meta({ description: 'private or host' }),
  volumes: z.array(z.union([text, longMount])).optional(),
  networks: attachments.optional().meta({ description: 'networks that the service is on; default' }),
  ports: ports.optional().meta({ description: 'published ports: [[IP:][PUBLISHED]:]TARGET[/PROTOCOL]' }),
  expose: z.array(z.union([z.string(), z.number()]).transform(String)).optional(),
  links: z.array(text).optional().meta({ description: 'SERVICE or SERVICE:ALIAS' }),
  external_links: z.array(text).optional(),
  mac_address: text.optional(),
  dns: textOrList.optional(),
  dns_opt: z.array(text).optional(),
  dns_search: z.union([z.string().transform((domain) => [domain]), z.array(text)]).optional(),
  build: build.optional().meta({ description: 'how the image is made' }),
  configs: grants.optional(),
  secrets: grants.optional(),
  volumes_from: z.array(text).optional().meta({ description: 'SERVICE[:ro] or container:NAME[:ro]' }),
  cgroup_parent: text.optional(),
  runtime: text.optional(),
  gpus: z.union([z.literal('all'), z.array(deviceRequest)]).optional(),
  storage_opt: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).optional(),
  cpu_rt_period: z.union([z.number(), z.string()]).optional(),
  cpu_rt_runtime: z.union([z.number(), z.string()]).optional(),
  cpu_count: integer(0).optional(),
  cpu_percent: z.union([z.number(), z.string()]).transform(Number).optional(),
  isolation: text.optional(),
  credential_spec: section({ config: text.optional(), file: text.optional(), registry: text.optional() }).optional(),
  label_file: textOrList.optional(),
  models: modelUses.optional(),
  provider: provider.optional(),
  use_api_socket: bool.optional(),
  pre_start: initHooks.optional(),
  post_start: hooks.optional(),
  pre_stop: hooks.optional(),
  annotations: pairs.optional(),
  attach: bool.optional(),
  develop: develop.nullable().optional(),
  platform: text.optional(),
  pull_policy: z
    .string()
    .regex(/^(?:always|never|build|if_not_present|missing|refresh|daily|weekly|every_(?:\d+[wdhms])+)$/, {
      error: 'expected always, missing, never, build, daily, weekly or every_…',
    })
    .optional(),
  pull_refresh_after: text.optional(),
  'x-berth': xBerth.optional().meta({ description: 'what Compose has no key for' }),
});

/** A service as it was written. Keys that were wrong are absent: they have been reported. */
export type ServiceFile = z.output<typeof service>;
