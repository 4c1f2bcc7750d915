/** What is done with keys that are right, but have no meaning here yet. */
export interface OutOfScope {
  /** refused by name: ignoring them would change isolation, limits, data or what runs; key to reason */
  readonly refused: Readonly<Record<string, string>>;
  /** a warning: docker compose ignores them too, or what they ask for has no effect on one host; key to reason */
  readonly ignored: Readonly<Record<string, string>>;
}

const NO_NETWORKS =
  'not supported yet: a service without network_mode gets a network namespace of its own with loopback up';
const NO_LIMIT = 'not supported yet: the limit would not be in force';
const NOT_YET = 'not supported yet';
const NO_CONTENT = 'not supported yet: mount a file with volumes instead';
const NO_HOOKS = 'not supported yet: the command would not run';
const WINDOWS = 'not supported: only Windows has it';

export const SERVICE: OutOfScope = {
  refused: {
    networks: NO_NETWORKS,
    ports: NO_NETWORKS,
    links: NO_NETWORKS,
    external_links: NO_NETWORKS,
    mac_address: NO_NETWORKS,
    dns: NO_NETWORKS,
    dns_opt: NO_NETWORKS,
    dns_search: NO_NETWORKS,
    build: 'not supported yet: describe the image in images: instead',
    configs: NO_CONTENT,
    secrets: NO_CONTENT,
    volumes_from: 'not supported yet: name the volumes instead',
    cgroup_parent: NOT_YET,
    runtime: NOT_YET,
    gpus: NOT_YET,
    storage_opt: NO_LIMIT,
    cpu_rt_period: NO_LIMIT,
    cpu_rt_runtime: NO_LIMIT,
    cpu_count: WINDOWS,
    cpu_percent: WINDOWS,
    isolation: WINDOWS,
    credential_spec: WINDOWS,
    label_file: NOT_YET,
    models: NOT_YET,
    provider: NOT_YET,
    use_api_socket: NOT_YET,
    pre_start: NO_HOOKS,
    post_start: NO_HOOKS,
    pre_stop: NO_HOOKS,
  },
  ignored: {
    annotations: 'ignored: not supported yet',
    attach: 'ignored: not supported yet',
    develop: 'ignored: not supported yet',
    expose: 'ignored: it has no effect without networks',
    platform: 'ignored: images are those of this host',
    pull_policy: 'ignored: images are not pulled',
    pull_refresh_after: 'ignored: images are not pulled',
  },
};

export const NOTHING: OutOfScope = { refused: {}, ignored: {} };
