import type { ProjectFiles } from '../../support/stack-file.js';

/** A project that uses every key there is. */
export const everything: ProjectFiles = {
  '.env': 'TAG=1.2\n',
  'web.env': 'FROM_FILE=yes\n',
  'compose.yaml': `
name: shop
x-common: &common
  init: true
  logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}
x-images:
  base:
    base: {debian: {suite: bookworm, packages: [redis-server, ca-certificates], mirror: "http://deb.debian.org/debian", variant: minbase}}
  app:
    base: {image: base}
    layers:
      - copy: {from: ./conf, to: /etc/app, chown: "0:0", chmod: "0644"}
      - run: "ldconfig && true"
      - packages: [curl]
    config:
      entrypoint: [/usr/bin/redis-server]
      command: [--port, "6379"]
      env: {LANG: C.UTF-8, PRICE: $$5}
      workdir: /data
      user: redis
      exposed_ports: [6379, 53/udp]
      volumes: [/data]
      labels: {a: b}
      stop_signal: INT
      healthcheck: {test: redis-cli ping, interval: 5s, timeout: 1s, retries: 2, start_period: 1m, start_interval: 500ms}
  tree: {base: {rootfs: ./tree}}
  tarball: {base: {archive: ./image.tar}}
  layout: {base: {layout: "./oci:v1"}}
  empty: {base: scratch}
services:
  db:
    <<: *common
    image: app
    volumes:
      - data:/data
      - type: volume
        source: shared
        target: /shared
        read_only: true
        volume: {nocopy: true, subpath: a/b}
      - /anonymous
      - ./conf:/conf:ro,rslave
      - type: bind
        source: /srv
        target: /srv
        bind: {create_host_path: false, propagation: rshared, recursive: readonly}
      - {type: tmpfs, target: /scratch, tmpfs: {size: 64m, mode: 01777}}
    tmpfs: ["/run:size=1m,mode=755,noexec,uid=100", /tmp]
    healthcheck: {test: [CMD, redis-cli, ping], interval: 2s}
    sysctls: {net.core.somaxconn: 1024}
    extra_hosts: ["one=10.0.0.1", "six:[::1]"]
  cache:
    image: redis:\${TAG}
    container_name: the-cache
    cpus: 0.5
    restart: on-failure:3
    logging: {driver: none}
    healthcheck: {disable: true}
  web:
    <<: *common
    image: app
    command: serve --port 80 'two words'
    entrypoint: []
    env_file: [web.env, {path: missing.env, required: false}]
    environment: {A: "1", EMPTY: "", GONE: null}
    working_dir: /srv
    user: "1000:1000"
    group_add: [audio, 44]
    profiles: []
    tty: true
    stdin_open: true
    labels: [one=1, two]
    read_only: true
    shm_size: 128m
    ulimits: {nofile: {soft: 1024, hard: 2048}, core: 0, memlock: -1}
    cap_add: [net_admin, CAP_SYS_TIME]
    cap_drop: [ALL]
    privileged: true
    devices: [/dev/null, "/dev/zero:/dev/nought:r"]
    device_cgroup_rules: ["c 1:3 rwm"]
    security_opt: [no-new-privileges, "seccomp=unconfined"]
    oom_score_adj: -100
    stop_signal: SIGQUIT
    stop_grace_period: 1m30s
    deploy:
      replicas: 2
      restart_policy: {condition: any, delay: 1s, max_attempts: 4, window: 1m}
      resources:
        limits: {cpus: "1.5", memory: 512m, pids: 100}
        reservations: {memory: 64m}
    depends_on:
      db: {condition: service_healthy, restart: true}
      cache: {condition: service_started, required: false}
    cpu_period: 50000
    cpu_shares: 512
    cpuset: 0-1
    memswap_limit: 1g
    mem_swappiness: 10
    oom_kill_disable: true
    blkio_config:
      weight: 300
      weight_device: [{path: /dev/sda, weight: 400}]
      device_read_bps: [{path: /dev/sda, rate: 12mb}]
      device_write_bps: [{path: /dev/sda, rate: 1024k}]
      device_read_iops: [{path: /dev/sda, rate: 120}]
      device_write_iops: [{path: /dev/sda, rate: 30}]
    network_mode: service:db
    ipc: service:db
    pid: service:db
    uts: host
    userns_mode: host
    cgroup: private
    x-berth: {on_unhealthy: restart}
  quota:
    image: empty
    hostname: q
    domainname: example.org
    cpu_quota: 50000
    pids_limit: -1
    mem_limit: 1.5gb
    mem_reservation: 100m
    scale: 3
    restart: unless-stopped
    network_mode: container:abc
    ipc: shareable
    pid: host
    cgroup: host
  later:
    image: app
    build: {context: ., dockerfile: Dockerfile, args: {A: 1}, ssh: default, shm_size: 64m, secrets: [key], pull: true}
    networks: {front: {aliases: [l], priority: 1, ipv4_address: 10.0.0.2}, back: }
    ports: [80, "127.0.0.1:8000-8001:8000-8001/udp", {target: 443, published: "8443", app_protocol: https}]
    expose: [80, "53/udp"]
    links: ["db:store"]
    external_links: [old]
    mac_address: 02:42:ac:11:00:02
    dns: 1.1.1.1
    dns_opt: [use-vc]
    dns_search: [example.org]
    configs: [conf]
    secrets: [{source: key, target: k, uid: 1, gid: 1, mode: 0440}]
    volumes_from: ["db:ro"]
    cgroup_parent: /other
    runtime: runc
    gpus: all
    storage_opt: {size: 1G}
    cpu_rt_period: 1000
    cpu_rt_runtime: 900
    cpu_count: 1
    cpu_percent: 10
    isolation: default
    credential_spec: {file: spec.json}
    label_file: labels.env
    models: {llm: {endpoint_var: URL}}
    provider: {type: program, options: {a: [b, c]}}
    use_api_socket: true
    pre_start: [{command: prepare, per_replica: true}]
    post_start: [{command: [warm, up], user: root}]
    pre_stop: [{command: drain}]
    annotations: [a=b]
    attach: false
    develop: {watch: [{path: ., action: rebuild, ignore: [x]}]}
    platform: linux/amd64
    pull_policy: missing
    pull_refresh_after: 1d
networks: {front: {ipam: {config: [{subnet: 10.0.0.0/24}]}}, back: {internal: true}}
secrets: {key: {file: key.txt}}
configs: {conf: {content: text}}
models: {llm: {model: ai/model, context_size: 1024}}
volumes:
  data: {labels: {keep: "yes"}, driver: local, driver_opts: {type: tmpfs, o: size=10m, device: tmpfs}}
  shared: {external: true, name: theirs}
`,
};
