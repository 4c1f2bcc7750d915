import type { Path } from '../node.js';
import { deviceTarget, envFilePath, grantTarget, linkName, mountTarget, portText, subnet } from './keys.js';
import { appendNew, type Merge, mergeHosts, mergeLogging, mergePairs, replace, uniqueBy, withMap } from './ways.js';

/** Keys that merge in a way of their own (Compose specification, 13); `*` stands for any name. */
const RULES: Readonly<Record<string, Merge>> = {
  'services.*.command': replace,
  'services.*.entrypoint': replace,
  'services.*.healthcheck.test': replace,
  'services.*.logging': mergeLogging,
  'services.*.environment': mergePairs,
  'services.*.labels': mergePairs,
  'services.*.annotations': mergePairs,
  'services.*.sysctls': mergePairs,
  'services.*.deploy.labels': mergePairs,
  'services.*.build': withMap((item) => ({ context: item })),
  'services.*.build.args': mergePairs,
  'services.*.build.labels': mergePairs,
  'services.*.build.additional_contexts': mergePairs,
  'services.*.build.ssh': mergePairs,
  'services.*.build.extra_hosts': mergeHosts,
  'services.*.build.tags': appendNew,
  'services.*.build.platforms': appendNew,
  'services.*.depends_on': withMap(() => ({ condition: 'service_started' })),
  'services.*.networks': withMap(() => null),
  'services.*.networks.*.aliases': appendNew,
  'services.*.networks.*.link_local_ips': appendNew,
  'services.*.models': withMap(() => null),
  'services.*.volumes': uniqueBy(mountTarget),
  'services.*.devices': uniqueBy(deviceTarget),
  'services.*.env_file': uniqueBy(envFilePath),
  'services.*.secrets': uniqueBy(grantTarget('/run/secrets/')),
  'services.*.configs': uniqueBy(grantTarget('/')),
  'services.*.ports': uniqueBy(portText),
  'services.*.links': uniqueBy(linkName),
  'services.*.extra_hosts': mergeHosts,
  'services.*.label_file': appendNew,
  'services.*.tmpfs': appendNew,
  'services.*.dns': appendNew,
  'services.*.dns_opt': appendNew,
  'services.*.dns_search': appendNew,
  'services.*.expose': appendNew,
  'services.*.profiles': appendNew,
  'services.*.cap_add': appendNew,
  'services.*.cap_drop': appendNew,
  'services.*.group_add': appendNew,
  'services.*.device_cgroup_rules': appendNew,
  'networks.*.labels': mergePairs,
  'networks.*.ipam.config': uniqueBy(subnet),
  'volumes.*.labels': mergePairs,
  'secrets.*.labels': mergePairs,
  'configs.*.labels': mergePairs,
  'images.*.config.command': replace,
  'images.*.config.entrypoint': replace,
  'images.*.config.healthcheck.test': replace,
  'images.*.config.env': mergePairs,
  'images.*.config.labels': mergePairs,
};

/** The rules by the steps of their paths, so that finding one takes as many steps. */
interface Step {
  rule?: Merge;
  readonly next: Map<string, Step>;
}

const TREE = treeOf(RULES);

/** The way in which two values at a path merge; undefined: as any other. `x-images` merges as `images` does. */
export function ruleAt(path: Path): Merge | undefined {
  let step: Step | undefined = TREE;
  for (const [index, name] of path.entries()) {
    const key = index === 0 ? String(name).replace(/^x-/, '') : String(name);
    step = step?.next.get(key) ?? step?.next.get('*');
  }
  return step?.rule;
}

function treeOf(rules: Readonly<Record<string, Merge>>): Step {
  const root: Step = { next: new Map() };
  for (const [pattern, rule] of Object.entries(rules)) {
    let step = root;
    for (const name of pattern.split('.')) {
      const next: Step = step.next.get(name) ?? { next: new Map() };
      step.next.set(name, next);
      step = next;
    }
    step.rule = rule;
  }
  return root;
}
