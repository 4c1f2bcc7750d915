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
      if (!key.startsWith('x-')) report.keyError([key], 'unknown key', suggest(key, keys));
      continue;
    }
    const value = toPlain(node);
    if (isValid(schema, key, value, node, report)) {
      right[key] = value;
      tellScope(key, scope, report);
    }
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

/** What of a key that is right is refused by name, or has no effect. */
function tellScope(key: string, { refused, ignored }: OutOfScope, report: Report): void {
  const why = Object.hasOwn(refused, key) ? refused[key] : undefined;
  const nothing = Object.hasOwn(ignored, key) ? ignored[key] : undefined;
  if (why !== undefined) report.refuseKey([key], why);
  if (nothing !== undefined) report.warn([key], nothing);
}

function warnOldBoolean(value: string, parsed: unknown, report: Report): void {
  if (typeof parsed !== 'boolean' || /^(?:true|false)$/i.test(value)) return;
  report.warn([], `'${value}' is no boolean of YAML 1.2: write ${parsed}`);
}
