import { beforeAll, describe, expect, it } from 'vitest';
import { isolationGroup } from './inside/isolation.js';
import { lifeGroup } from './inside/life.js';
import { limitsGroup } from './inside/limits.js';
import { namespacesGroup } from './inside/namespaces.js';
import { processGroup } from './inside/process.js';
import { type Group, type Outputs, runGroup } from './inside/row.js';
import { volumesGroup } from './inside/volumes.js';

const groups: Readonly<Record<string, Group>> = {
  process: processGroup,
  isolation: isolationGroup,
  limits: limitsGroup,
  namespaces: namespacesGroup,
  volumes: volumesGroup,
  life: lifeGroup,
};

describe.each(Object.entries(groups))('inside: %s', (name, group) => {
  let outputs: Outputs;

  beforeAll(async () => {
    outputs = await runGroup(`berthtestin${name}${process.pid}`, group);
  });

  it.for(group.rows.map((row) => [row.name, row] as const))('%s', ([, row], ctx) => {
    if (row.lacking) return ctx.skip(row.lacking);
    const { prints } = row;
    const output = outputs.get(row.name);
    if (prints instanceof RegExp) expect(output).toMatch(prints);
    else expect(output).toBe(typeof prints === 'string' ? prints : prints(outputs));
  });
});
