import { allCapabilities } from '../../../src/oci/capabilities.js';
import type { ContainerInput } from '../../../src/oci/input.js';
import { longId, service } from '../../support/model.js';

/** A container of a plain service; a test says what differs. */
export function containerInput(over: Partial<ContainerInput> = {}): ContainerInput {
  return {
    id: longId('abc'),
    name: 'shop-web-1',
    stack: 'shop',
    service: service('web', { command: ['serve'] }),
    image: {
      entrypoint: [],
      command: ['default'],
      env: [],
      workingDir: '',
      stopSignal: null,
      healthcheck: null,
      volumes: [],
    },
    user: { uid: 0, gid: 0, groups: [], home: '/root' },
    paths: {
      rootfs: '/root/overlay2/abc/merged',
      hosts: '/root/containers/abc/hosts',
      hostname: '/root/containers/abc/hostname',
      resolvConf: '/root/containers/abc/resolv.conf',
      sharedShm: '/run/containers/abc/shm',
      cgroup: '/berth/shop/abc',
      shimCgroup: '/berth/shop/shim',
    },
    mounts: [],
    joins: {},
    ids: null,
    devices: [],
    hostDevices: [],
    blockDevices: {},
    hostHostname: 'host',
    layers: { dir: '/root/overlay2', lower: ['l/TOP', 'l/BOTTOM'], upper: 'abc/diff', work: 'abc/work' },
    capabilities: new Set(allCapabilities),
    machine: { arch: 'x64', kernel: '6.1.0' },
    hostMaskedPaths: [],
    mostOpenFiles: null,
    generation: 3,
    ...over,
  };
}
