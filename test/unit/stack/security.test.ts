import { expect, test } from 'vitest';
import { diffService } from '../../../src/plan/diff.js';
import type { Service } from '../../../src/stack/model.js';
import { drawnErrors, loadStack, serviceFile } from '../../support/stack-file.js';

async function web(options: readonly string[], profile = '{"defaultAction": "SCMP_ACT_ALLOW"}'): Promise<Service> {
  const files = serviceFile(`security_opt: ${JSON.stringify(options)}`);
  const { services } = await loadStack({ ...files, 'calls.json': profile });
  if (services.web === undefined) throw new Error('there is no web');
  return services.web;
}

test.each<[readonly string[], boolean, string | null]>([
  [[], false, null],
  [['no-new-privileges'], true, null],
  [['no-new-privileges:true'], true, null],
  [['no-new-privileges=true', 'no-new-privileges:false'], false, null],
  [['seccomp=unconfined'], false, 'unconfined'],
  [['seccomp:unconfined'], false, 'unconfined'],
  [['seccomp=unconfined', 'seccomp=builtin'], false, null],
  [['seccomp=./calls.json', 'no-new-privileges'], true, 'file'],
  [['apparmor=unconfined', 'label=disable'], false, null],
])('security_opt: %j', async (options, noNewPrivileges, kind) => {
  const service = await web(options);
  expect([service.noNewPrivileges, service.seccomp?.kind ?? null]).toEqual([noNewPrivileges, kind]);
});

test('a profile is told by its file and digest, not by all of its rules', async () => {
  const [one, two] = [await web(['seccomp=calls.json']), await web(['seccomp=calls.json'], '{"defaultAction": "x"}')];
  expect(diffService(one, one)).toEqual([]);
  const [change, ...more] = diffService(one, two);
  expect(more).toEqual([]);
  expect(change).toMatchObject({ field: 'seccomp', class: 'replace' });
  expect(change?.from).toMatch(/^file:[0-9a-f]{64}:.*\/calls\.json$/);
  expect(diffService(await web([]), one)).toMatchObject([{ field: 'seccomp', from: null }]);
});

test.each([
  ['{', 'calls.json: invalid input: expected object, received undefined'],
  ['{"defaultAction": "A", "sycalls": []}', 'calls.json: unrecognized key: "sycalls"'],
  [
    '{"defaultAction": "A", "syscalls": [{"names": ["a"], "name": "a", "action": "B"}]}',
    "expected either 'names' or 'name'",
  ],
  [
    '{"defaultAction": "A", "syscalls": [{"names": ["a"], "action": "B", "args": [{"index": 6, "value": 0, "op": "C"}]}]}',
    'syscalls.0.args.0.index',
  ],
  [
    '{"defaultAction": "A", "archMap": [{"architecture": "a"}], "architectures": ["b"]}',
    "expected either 'architectures' or 'archmap'",
  ],
])('a profile that is none: %s', async (text, problem) => {
  const drawn = await drawnErrors({ ...serviceFile('security_opt: [seccomp=calls.json]'), 'calls.json': text });
  expect(drawn).toContain('services.web.security_opt[0]: calls.json: ');
  expect(drawn).toContain(problem);
});
