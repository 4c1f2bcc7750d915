import { expect, test } from 'vitest';
import type { Service } from '../../../src/stack/model.js';
import { drawnErrors, loadStack, serviceFile } from '../../support/stack-file.js';

async function web(keys: string): Promise<Service> {
  const { services } = await loadStack(serviceFile(keys));
  if (services.web === undefined) throw new Error('there is no web');
  return services.web;
}

const HARDENED = 'x-berth: {hardened: true}';
const ELEVEN = 'CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
  ' ',
);

test('a hardened service has little that it does not ask for', async () => {
  const service = await web(HARDENED);
  expect(service).toMatchObject({
    capAdd: ELEVEN,
    capDrop: ['ALL'],
    noNewPrivileges: true,
    readOnly: true,
    namespaces: { user: { kind: 'auto', size: 65_536 } },
    resources: { pidsLimit: 2048 },
  });
  expect(service.mounts.map(({ type, target }) => `${type} ${target}`)).toEqual([
    'tmpfs /run',
    'tmpfs /tmp',
    'tmpfs /var/tmp',
  ]);
});

test('what it says itself holds where it narrows', async () => {
  const service =
    await web(`${HARDENED}\ncap_drop: [CHOWN]\npids_limit: 7\nuserns_mode: "auto:size=3000"\ntmpfs: ["/tmp:size=1m"]
volumes: ["/srv:/var"]`);
  expect(service.capAdd).toEqual(ELEVEN.filter((name) => name !== 'CHOWN'));
  expect(service.resources.pidsLimit).toBe(7);
  expect(service.namespaces.user).toMatchObject({ kind: 'auto', size: 3000 });
  expect(service.mounts.map(({ type, target }) => `${type} ${target}`)).toEqual([
    'tmpfs /run',
    'tmpfs /tmp',
    'bind /var',
  ]);
  expect((await web(`${HARDENED}\ncap_drop: [ALL]`)).capAdd).toEqual([]);
  expect((await web(`${HARDENED}\ncap_drop: [ALL]\ncap_add: [KILL]`)).capAdd).toEqual(['KILL']);
});

test.each([
  ['privileged: true', 'privileged: true contradicts x-berth.hardened'],
  ['cap_add: [NET_ADMIN, KILL]', 'cap_add: NET_ADMIN contradicts x-berth.hardened'],
  ['cap_add: [ALL]', 'cap_add: ALL contradicts x-berth.hardened'],
  ['read_only: false', 'read_only: false contradicts x-berth.hardened'],
  ['security_opt: ["no-new-privileges:false"]', 'no-new-privileges:false contradicts x-berth.hardened'],
  ['security_opt: ["seccomp=unconfined"]', 'seccomp=unconfined contradicts x-berth.hardened'],
  ['userns_mode: host', 'userns_mode: host contradicts x-berth.hardened'],
  ['pids_limit: -1', 'no pids limit contradicts x-berth.hardened'],
])('%s contradicts it', async (keys, problem) => {
  expect(await drawnErrors(serviceFile(`${HARDENED}\n${keys}`))).toContain(problem);
});

test('the file says it for all, and a service for itself', async () => {
  const text = (own: string) => `x-berth: {hardened: true}\nservices:\n  web:\n    image: box\n${own}`;
  const load = async (own: string) => (await loadStack({ 'compose.yaml': text(own) })).services.web;
  expect(await load('')).toMatchObject({ readOnly: true });
  expect(await load('    x-berth: {hardened: false}\n')).toMatchObject({ readOnly: false, capDrop: [] });
});
