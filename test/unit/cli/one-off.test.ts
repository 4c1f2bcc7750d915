import { describe, expect, it } from 'vitest';
import { planOneOff } from '../../../src/cli/one-off.js';
import { isRefusal } from '../../../src/plan/options.js';
import { stepsText } from '../../../src/plan/text.js';
import { needs, observed, service, stack } from '../../support/model.js';

const web = service('web', { dependsOn: { db: needs('service_healthy') } });
const shop = stack([service('db'), web]);

function planned(start: boolean, noDeps = false): string {
  const result = planOneOff(
    shop,
    observed(),
    { name: 'shop-web-run-1', service: web, start },
    { noDeps, imageInputs: {} },
  );
  if (isRefusal(result)) throw new Error(JSON.stringify(result.refused));
  return stepsText(result);
}

describe('the plan of run', () => {
  it('brings up what the service depends on, and leaves the start to the caller', () => {
    const text = planned(false);
    expect(text).toContain('service:db:1');
    expect(text).toContain('waitForCondition service_healthy');
    expect(text).toContain('container:shop-web-run-1  createContainer');
    expect(text).not.toContain('container:shop-web-run-1  startContainer');
    expect(text).not.toContain('service:web');
  });

  it('starts it where nobody stays with it', () => {
    expect(planned(true)).toContain('container:shop-web-run-1  startContainer');
  });

  it('makes nothing else without dependencies', () => {
    expect(planned(false, true)).toBe('#1  container:shop-web-run-1  createContainer  one-off');
  });
});
