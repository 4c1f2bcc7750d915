import { expect, test } from 'vitest';
import { diffService } from '../../../src/plan/diff.js';
import type { Service } from '../../../src/stack/model.js';
import { drawnErrors, loadStack, serviceFile } from '../../support/stack-file.js';

async function web(keys: string): Promise<Service> {
  const { services } = await loadStack(serviceFile(keys));
  if (services.web === undefined) throw new Error('there is no web');
  return services.web;
}

test.each([
  ['', { kind: 'host' }],
  ['userns_mode: host', { kind: 'host' }],
  ['userns_mode: auto', { kind: 'auto', size: 65_536, uidMappings: [], gidMappings: [] }],
  [
    'userns_mode: "auto:size=2000,uidmapping=33:1000:1,gidmapping=33:1000:2"',
    {
      kind: 'auto',
      size: 2000,
      uidMappings: [{ containerId: 33, hostId: 1000, size: 1 }],
      gidMappings: [{ containerId: 33, hostId: 1000, size: 2 }],
    },
  ],
  ['userns_mode: container:other', { kind: 'container', container: 'other' }],
])('%s', async (keys, expected) => {
  expect((await web(keys)).namespaces.user).toEqual(expected);
});

test.each([
  ['userns_mode: keep-id', "'keep-id' is not supported: it keeps the id of an ordinary user who runs podman"],
  ['userns_mode: "keep-id:uid=1"', "'keep-id' is not supported"],
  ['userns_mode: nomap', "'nomap' is not supported"],
  ['userns_mode: private', "'private' is not supported: say auto"],
  ['userns_mode: aut', "expected host, auto[:OPTIONS], service:NAME or container:NAME, found 'aut'"],
  ['userns_mode: "auto:size=0"', "size: expected a number of ids from 1 to 4294967294, found '0'"],
  ['userns_mode: "auto:sise=1"', "auto has no option 'sise'"],
  ['userns_mode: "auto:uidmapping=1:2"', "uidmapping: expected CONTAINER_ID:HOST_ID:SIZE, found '1:2'"],
  ['userns_mode: "auto:uidmapping=1:5:2,uidmapping=2:9:1"', 'an id is mapped twice'],
  ['userns_mode: service:nobody', "there is no service 'nobody'"],
  ['userns_mode: auto\nvolumes: ["/a:/b:rshared"]', "'/b' is mounted with shared propagation"],
])('%s is refused', async (keys, problem) => {
  expect(await drawnErrors(serviceFile(keys))).toContain(problem);
});

test('another user namespace is another container', async () => {
  expect(diffService(await web(''), await web('userns_mode: auto'))).toMatchObject([{ class: 'replace' }]);
  expect(diffService(await web('userns_mode: auto'), await web('userns_mode: "auto:size=65536"'))).toEqual([]);
});

test('a bind has the ids of the host, unless they are to be mapped', async () => {
  const { mounts } = await web(
    'volumes: ["/a:/a", "/b:/b:ro,idmap", {type: bind, source: /c, target: /c, bind: {idmap: true}}]',
  );
  expect(mounts.map((mount) => mount.type === 'bind' && mount.idmap)).toEqual([undefined, true, true]);
});
