import { z } from 'zod';
import type { Node, Path } from './node.js';
import { suggest } from './suggest.js';

/** One problem of a value, told in our words. */
export interface Explanation {
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly hint: string | null;
}

type Issue = z.core.$ZodIssue;

/** What a value is called in messages, by zod's names for types. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

/** Zod's issue as problems; several for several unknown keys, or for the one form of a value that was meant. */
export function explain(schema: z.ZodType, issue: Issue, nodeOf: (path: Path) => Node | undefined): Explanation[] {
  const path = pathOf(issue);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        part: 'key',
        message: 'unknown key',
        hint: suggest(key, keysAt(schema, path)),
      }));
    case 'invalid_key':
      return [explained(path, 'key', issue.issues[0]?.message ?? 'wrong name')];
    case 'invalid_union':
      return explainUnion(schema, issue, nodeOf);
    case 'invalid_type':
      if (!nodeOf(path)) return [missing(path)];
      // What is never right says why itself.
      if (issue.expected === 'never') return [explained(path, 'key', issue.message)];
      return [explained(path, 'value', expected([issue], nodeOf(path)))];
    case 'invalid_value':
      return [choice(path, issue, nodeOf(path))];
    default:
      return [explained(path, 'value', issue.message)];
  }
}

function explained(path: Path, part: 'key' | 'value', message: string): Explanation {
  return { path, part, message, hint: null };
}

function missing(path: Path): Explanation {
  return explained(path.slice(0, -1), 'key', `missing key '${String(path.at(-1))}'`);
}

function pathOf(issue: { readonly path: readonly PropertyKey[] }): Path {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
}

/** A value of several forms: the form whose type fits is the one that was meant, and its problems are told. */
function explainUnion(
  schema: z.ZodType,
  issue: z.core.$ZodIssueInvalidUnion,
  nodeOf: (path: Path) => Node | undefined,
): Explanation[] {
  const path = pathOf(issue);
  const node = nodeOf(path);
  if (!node) return [missing(path)];
  const absolute = issue.errors.map((branch) =>
    branch.map((inner): Issue => ({ ...inner, path: [...issue.path, ...inner.path] })),
  );
  const meant = absolute.find((branch) => branch.every((inner) => !isWrongType(inner, path)));
  if (meant) return meant.flatMap((inner) => explain(schema, inner, nodeOf));
  const roots = absolute.flat().filter((inner) => inner.path.length === path.length);
  return [explained(path, 'value', expected(roots, node))];
}

function isWrongType(issue: Issue, path: Path): boolean {
  if (issue.path.length !== path.length) return false;
  if (issue.code === 'invalid_union')
    return issue.errors.every((branch) => branch.some((inner) => isWrongType(inner, [])));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function expected(issues: readonly Issue[], node: Node | undefined): string {
  const names = new Set<string>();
  for (const issue of flatten(issues)) {
    if (issue.code === 'invalid_type') names.add(TYPE_NAMES[issue.expected] ?? issue.expected);
    else if (issue.code === 'invalid_value') for (const value of issue.values) names.add(quoted(value));
    else names.add(issue.message);
  }
  return `expected ${[...names].join(' or ')}, found ${describe(node)}`;
}

function flatten(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => (issue.code === 'invalid_union' ? flatten(issue.errors.flat()) : [issue]));
}

/** A value that is none of a fixed set. A message of the schema's own says more than the set. */
function choice(path: Path, issue: z.core.$ZodIssueInvalidValue, node: Node | undefined): Explanation {
  if (!node) return missing(path);
  if (!issue.message.startsWith('Invalid'))
    return explained(path, 'value', `${issue.message}, found ${describe(node)}`);
  const values = issue.values.map(String);
  const hint = node.kind === 'scalar' && typeof node.value === 'string' ? suggest(node.value, values) : null;
  return { path, part: 'value', message: `expected ${values.join(', ')}, found ${describe(node)}`, hint };
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function describe(node: Node | undefined): string {
  if (!node) return 'nothing';
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return `'${node.value}'`;
  return typeof node.value === 'boolean' ? `the boolean ${node.value}` : `the number ${node.value}`;
}

/** Keys that the schema knows at a path, of all forms that the value may have there. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const [step, ...rest] = path;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return [...keysAt(schema.in, path), ...keysAt(schema.out, path)];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path));
  if (schema instanceof z.ZodArray) return step === undefined ? [] : keysAt(schema.element, rest);
  if (schema instanceof z.ZodRecord) return step === undefined ? [] : keysAt(schema.valueType, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  if (step === undefined) return Object.keys(schema.shape);
  const inner = schema.shape[step];
  return inner ? keysAt(inner, rest) : [];
}
