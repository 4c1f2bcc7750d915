import type { ServiceContext } from '../resolve/context.js';
import { hostPath } from '../resolve/context.js';
import { resolveEnvironment } from '../resolve/environment.js';
import { splitDevice } from '../resolve/isolation.js';
import { resolveCommand } from '../resolve/process.js';
import type { HookFile } from '../schema/hook.js';
import type { ServiceFile } from '../schema/service.js';
import { canonicalBuild } from './build.js';
import { extraHosts, ulimits } from './common.js';
import { canonicalDependencies } from './dependencies.js';
import { canonicalDeploy, deviceRequest } from './deploy.js';
import { plainGrants, serviceGrants } from './grants.js';
import { canonicalMounts } from './mounts.js';
import { asText, defined, goDuration, mapValues, type Printable, terse } from './value.js';

/** One service in the reference's form: long syntax, units as the reference prints them, nothing that was not said. */
export function canonicalService(file: ServiceFile, context: ServiceContext): Printable {
  return {
    ...terse({
      annotations: mapValues(file.annotations, (value) => value ?? ''),
      build: file.build && canonicalBuild(file.build, context),
      cap_add: file.cap_add,
      cap_drop: file.cap_drop,
      cgroup: file.cgroup,
      cgroup_parent: file.cgroup_parent,
      configs: file.configs && plainGrants(file.configs),
      container_name: file.container_name,
      credential_spec: file.credential_spec && terse(file.credential_spec),
      depends_on: canonicalDependencies(file, (name) => context.disabled.has(name)),
      deploy: file.deploy ? canonicalDeploy(file.deploy) : undefined,
      device_cgroup_rules: file.device_cgroup_rules,
      devices: file.devices?.map((device) => {
        if (typeof device === 'string') return { ...splitDevice(device) };
        const { source, target = source, permissions = 'rwm' } = device;
        return { source, target, permissions };
      }),
      dns: file.dns?.filter((server) => server !== ''),
      dns_opt: file.dns_opt,
      dns_search: file.dns_search,
      domainname: file.domainname,
      environment: resolveEnvironment(file, context),
      expose: file.expose && [...new Set(file.expose)],
      external_links: file.external_links,
      extra_hosts: extraHosts(file.extra_hosts),
      gpus: file.gpus === 'all' ? [{ count: -1 }] : file.gpus?.map(deviceRequest),
      group_add: file.group_add?.map(String),
      hostname: file.hostname,
      image: file.image,
      ipc: file.ipc,
      isolation: file.isolation,
      labels: mapValues(file.labels, (value) => value ?? ''),
      links: file.links,
      mac_address: file.mac_address,
      network_mode: file.network_mode,
      pid: file.pid ?? undefined,
      platform: file.platform,
      ports: file.ports?.map((port) => terse({ ...port })),
      post_start: file.post_start?.map((hook) => canonicalHook(hook, context)),
      pre_stop: file.pre_stop?.map((hook) => canonicalHook(hook, context)),
      privileged: file.privileged,
      profiles: file.profiles && [...new Set(file.profiles)],
      provider: file.provider && terse({ type: file.provider.type, options: file.provider.options }),
      pull_policy: file.pull_policy === 'if_not_present' ? 'missing' : file.pull_policy,
      read_only: file.read_only,
      restart: file.restart,
      runtime: file.runtime,
      secrets: file.secrets && serviceGrants(file.secrets, '/run/secrets/'),
      security_opt: file.security_opt,
      shm_size: asText(file.shm_size),
      stdin_open: file.stdin_open,
      stop_grace_period: goDuration(file.stop_grace_period),
      stop_signal: file.stop_signal === undefined ? undefined : String(file.stop_signal),
      storage_opt: file.storage_opt,
      sysctls: mapValues(file.sysctls, (value) => value ?? ''),
      tmpfs: file.tmpfs && [...new Set(file.tmpfs)],
      tty: file.tty,
      ulimits: ulimits(file.ulimits),
      use_api_socket: file.use_api_socket,
      user: file.user,
      userns_mode: file.userns_mode,
      uts: file.uts,
      volumes: file.volumes && canonicalMounts(file.volumes, context),
      volumes_from: file.volumes_from,
      working_dir: file.working_dir,
      ...limits(file),
    }),
    ...defined({
      attach: file.attach,
      command: resolveCommand(file.command, ['command'], context.report) ?? undefined,
      entrypoint: resolveCommand(file.entrypoint, ['entrypoint'], context.report) ?? undefined,
      develop: develop(file, context),
      healthcheck: healthcheck(file),
      init: file.init,
      logging:
        file.logging && defined({ driver: file.logging.driver, options: mapValues(file.logging.options, String) }),
      models: mapValues(file.models, (use) => use && terse(use)),
      networks: networksOf(file),
      scale: file.scale,
    }),
  };
}

/** Networks of a service: the default one, unless it is in a namespace of another kind. */
export function networksOf(file: ServiceFile): { readonly [key: string]: Printable } | undefined {
  if (file.networks && Object.keys(file.networks).length > 0)
    return mapValues(file.networks, (attachment) => attachment && terse({ ...attachment }));
  return file.network_mode !== undefined || file.provider ? undefined : { default: null };
}

function limits(file: ServiceFile): Record<string, Printable | undefined> {
  const rates = (list: readonly { path: string; rate: number }[] | undefined): Printable | undefined =>
    list?.map(({ path, rate }) => ({ path, rate: String(rate) }));
  const { blkio_config: blkio } = file;
  return {
    blkio_config:
      blkio &&
      terse({
        weight: blkio.weight,
        weight_device: blkio.weight_device?.map(({ path, weight }) => ({ path, weight })),
        device_read_bps: rates(blkio.device_read_bps),
        device_read_iops: rates(blkio.device_read_iops),
        device_write_bps: rates(blkio.device_write_bps),
        device_write_iops: rates(blkio.device_write_iops),
      }),
    cpu_count: file.cpu_count,
    cpu_percent: file.cpu_percent,
    cpu_period: Number(file.cpu_period ?? 0),
    cpu_quota: Number(file.cpu_quota ?? 0),
    cpu_rt_period: Number(file.cpu_rt_period ?? 0),
    cpu_rt_runtime: Number(file.cpu_rt_runtime ?? 0),
    cpu_shares: file.cpu_shares,
    cpus: file.cpus,
    cpuset: file.cpuset,
    mem_limit: asText(file.mem_limit),
    mem_reservation: asText(file.mem_reservation),
    mem_swappiness: file.mem_swappiness,
    memswap_limit: asText(file.memswap_limit),
    oom_kill_disable: file.oom_kill_disable,
    oom_score_adj: file.oom_score_adj,
    pids_limit: file.pids_limit,
  };
}

function healthcheck({ healthcheck: check }: ServiceFile): Printable | undefined {
  if (!check) return undefined;
  return defined({
    disable: check.disable || undefined,
    test: check.test,
    interval: goDuration(check.interval),
    timeout: goDuration(check.timeout),
    retries: check.retries,
    start_period: goDuration(check.start_period),
    start_interval: goDuration(check.start_interval),
  });
}

function canonicalHook(hook: HookFile, context: ServiceContext): Printable {
  const { command, user, privileged, working_dir, environment } = hook;
  return {
    command: resolveCommand(command, [], context.report),
    ...terse({ user, privileged, working_dir, environment: environment && { ...environment } }),
  };
}

function develop({ develop: written }: ServiceFile, context: ServiceContext): Printable | undefined {
  return (
    written &&
    defined({
      watch: written.watch?.map(({ path, exec, ...rest }) => ({
        path: hostPath(path, context),
        ...terse(rest),
        exec: exec ? canonicalHook(exec, context) : { command: null },
      })),
    })
  );
}
