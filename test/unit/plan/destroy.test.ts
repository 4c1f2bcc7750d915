import { expect, test } from 'vitest';
import { planDestroy } from '../../../src/plan/destroy.js';
import { stepsText } from '../../../src/plan/text.js';
import { container, needs, observed, observedVolume, service, volume, volumeMount } from '../../support/model.js';
import { table } from './steps.js';

const db = service('db', { mounts: [volumeMount('data', '/data')] });
const web = service('web', { dependsOn: { db: needs() } });
const run = container(web, { oneOff: true, replica: 0, name: 'shop-web-run-1', id: 'f'.repeat(64), status: 'exited' });
const one = container(db);
const state = observed({
  containers: [one, container(web), run],
  volumes: [
    observedVolume(volume('data'), { usedBy: [one.id] }),
    observedVolume(volume('ours', { external: true })),
    observedVolume(volume('other'), { stack: 'other' }),
    observedVolume(volume('anon'), { name: 'a1', key: null, anonymous: true, definition: null }),
  ],
  images: { built: { id: 'sha256:b', inputs: 'x', usedElsewhere: [] } },
});

test('dependents stop first, then all goes; volumes and images on request only', () => {
  expect(stepsText(planDestroy(state))).toBe(table`
    #1  container:shop-web-run-1  removeContainer  removed with its stack
    #2  service:web:1             stopContainer    removed with its stack
    #3  service:web:1             removeContainer  removed with its stack     after 2
    #4  service:db:1              stopContainer    removed with its stack     after 2
    #5  service:db:1              removeContainer  removed with its stack     after 4
    #6  volume:a1                 removeVolume     anonymous, no longer used
  `);
  const all = stepsText(planDestroy(state, { removeVolumes: true, removeImages: 'local' }));
  expect(all).toContain('volume:data');
  expect(all).not.toMatch(/ours|other/);
  expect(all).toContain('image:built');
  expect(all).not.toContain('image:app');
  expect(stepsText(planDestroy(state, { removeImages: 'all' }))).toContain('image:app');
});

test('an image that another stack uses stays, and it is said', () => {
  const built = { id: 'sha256:b', inputs: 'x', usedElsewhere: ['other-web-1'] };
  const plan = planDestroy({ ...state, images: { ...state.images, built } }, { removeImages: 'all' });
  expect(plan.notes).toContain('image built stays: container other-web-1 of another stack uses it');
  expect(stepsText(plan)).not.toContain('image:built');
  expect(stepsText(plan)).toContain('image:app');
});

test('a volume that a container still uses stays, and it is said', () => {
  const plan = planDestroy(state, { services: ['web'], removeVolumes: true });
  expect(plan.notes).toEqual(['volume shop_data stays: shop-db-1 uses it']);
  expect(stepsText(plan)).not.toContain('db');
});

test('orphans stay unless asked for', () => {
  const plan = planDestroy(state, { known: ['db'] });
  expect(stepsText(plan)).not.toContain('web');
  expect(plan.notes.join()).toContain('--remove-orphans');
  expect(stepsText(planDestroy(state, { known: ['db'], removeOrphans: true }))).toContain('web');
});

test('what a killed build left goes with the stack', () => {
  const build = container(service('build-app'), { oneOff: true, replica: 0, name: 'shop-build-1', status: 'creating' });
  const plan = planDestroy(observed({ containers: [build] }), { known: ['web'] });
  expect(stepsText(plan)).toBe('#1  container:shop-build-1  removeContainer  removed with its stack');
});
