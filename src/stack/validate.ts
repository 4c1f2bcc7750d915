import type { z } from 'zod';
import { explain } from './issues.js';
import { type MapNode, type Node, nodeAt, type Plain, toPlain } from './node.js';
import { type Report, scoped } from './problems.js';
import type { OutOfScope } from './schema/refused.js';
import { suggest } from './suggest.js';

/**
 * Checks each key of a map by itself, so that one wrong key hides nothing of the others.
 * @param schema an object whose keys are all optional
 * @returns the keys that are right
 */
export function validateKeys<Shape extends z.core.$ZodShape>(
  schema: z.ZodObject<Shape>,
  map: MapNode,
  scope: OutOfScope,
  report: Report,
): z.output<z.ZodObject<Shape>> {
  const keys = Object.keys(schema.shape);
  const right: Record<string, Plain> = {};
  for (const [key, { node }] of map.entries) {
    if (!keys.includes(key)) {
      if (!key.startsWith('x-')) reportUnknown(key, keys, scope, report);
      continue;
    }
    const value = toPlain(node);
    if (isValid(schema, key, value, node, report)) right[key] = value;
  }
  return schema.parse(right);
}

function isValid<Shape extends z.core.$ZodShape>(
  schema: z.ZodObject<Shape>,
  key: string,
  value: Plain,
  node: Node,
  report: Report,
): boolean {
  const result = schema.safeParse({ [key]: value });
  if (!result.success) {
    for (const issue of result.error.issues) {
      for (const { path, part, message, hint } of explain(schema, issue, ([, ...rest]) => nodeAt(node, rest))) {
        const tell = part === 'key' ? report.keyError : report.error;
        tell(path, message, hint);
      }
    }
  } else if (typeof value === 'string') {
    const parsed = Object.entries(result.data).find(([name]) => name === key)?.[1];
    warnOldBoolean(value, parsed, scoped(report, key));
  }
  return result.success;
}

/** Reports a key that is none of `keys`: refused by name, ignored with a warning, or unknown. */
export function reportUnknown(key: string, keys: readonly string[], scope: OutOfScope, report: Report): void {
  const refused = Object.hasOwn(scope.refused, key) ? scope.refused[key] : undefined;
  const ignored = Object.hasOwn(scope.ignored, key) ? scope.ignored[key] : undefined;
  if (refused !== undefined) report.keyError([key], refused);
  else if (ignored !== undefined) report.warn([key], ignored);
  else {
    const candidates = [...keys, ...Object.keys(scope.refused), ...Object.keys(scope.ignored)];
    report.keyError([key], 'unknown key', suggest(key, candidates));
  }
}

function warnOldBoolean(value: string, parsed: unknown, report: Report): void {
  if (typeof parsed !== 'boolean' || /^(?:true|false)$/i.test(value)) return;
  report.warn([], `'${value}' is no boolean of YAML 1.2: write ${parsed}`);
}
