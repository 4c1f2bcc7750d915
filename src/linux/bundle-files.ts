import { release } from 'node:os';
import { join } from 'node:path';
import type { WritableLayer } from '../image/model.js';
import type { ContainerInput } from '../oci/input.js';
import { hostnameOf } from '../oci/namespaces.js';
import { superviseText, toSupervise } from '../oci/record.js';
import { specText } from '../oci/runtime-spec.js';
import type { RuntimeSpec } from '../oci/spec.js';
import { replaceFile, type writeNew } from './atomic.js';
import { hostName, hostsText, resolvConfText } from './hosts.js';
import { readIfPresent } from './json.js';
import { mostOpenFiles } from './open-files.js';
import { ownCapabilities } from './own-capabilities.js';
import { type ContainerPaths, containerCgroup, type Paths } from './paths.js';
import { thermalThrottlePaths } from './thermal-throttle.js';

export interface Named {
  readonly id: string;
  readonly name: string;
  readonly stack: string;
}

/** What of a container's input follows from its names, its layer and this host alone. */
type OwnInput = Pick<
  ContainerInput,
  | 'id'
  | 'name'
  | 'stack'
  | 'paths'
  | 'hostHostname'
  | 'layers'
  | 'capabilities'
  | 'machine'
  | 'hostMaskedPaths'
  | 'mostOpenFiles'
>;

/** @param etc whose hosts, hostname and resolv.conf it has: its own, or those of the network's owner */
export function ownInput(
  paths: Paths,
  { id, name, stack }: Named,
  layer: WritableLayer,
  etc: ContainerPaths,
): OwnInput {
  return {
    id,
    name,
    stack,
    paths: {
      rootfs: join(layer.dir, 'merged'),
      hosts: etc.hosts,
      hostname: etc.hostname,
      resolvConf: etc.resolvConf,
      sharedShm: paths.container(id).shm,
      cgroup: containerCgroup(stack, id),
      shimCgroup: `${paths.stack(stack).cgroup}/shim`,
    },
    hostHostname: hostName(),
    layers: { dir: paths.overlay, lower: layer.lower, upper: layer.upper, work: layer.work },
    capabilities: ownCapabilities(),
    machine: { arch: process.arch, kernel: release() },
    hostMaskedPaths: thermalThrottlePaths(),
    mostOpenFiles: mostOpenFiles(),
  };
}

/** Writes config.json and the supervise record. */
export function writeSpec(
  input: ContainerInput,
  spec: RuntimeSpec,
  paths: ContainerPaths,
  write: typeof writeNew,
): void {
  write(paths.config, specText(spec));
  // Last, and by rename: it says that the container is whole.
  replaceFile(paths.supervise, superviseText(toSupervise(input)));
}

/** Writes hosts, hostname and resolv.conf of a container that has a network of its own, or the host's. */
export function writeEtc(input: ContainerInput, paths: ContainerPaths, write: typeof writeNew): void {
  const { service } = input;
  const isHostNetwork = service.namespaces.network.kind === 'host';
  const hostname = hostnameOf(input);
  const hosts = hostsText({
    hostname,
    domainname: service.domainname,
    hostFile: isHostNetwork ? readIfPresent('/etc/hosts') : null,
    extraHosts: service.extraHosts,
  });
  write(paths.hosts, hosts, 0o644);
  write(paths.hostname, `${hostname}\n`, 0o644);
  write(paths.resolvConf, resolvConfText(!isHostNetwork), 0o644);
}
