import type { Service, Volume } from '../stack/model.js';
import { type FieldRule, ruleOf, volumeFields } from './fields.js';
import type { FieldChange } from './plan.js';
import { isUnset, printValue } from './print.js';

/** What is different between a service as it was applied and as it is wanted. Fields of class none don't count. */
export function diffService(applied: Service, wanted: Service): FieldChange[] {
  return diffFields(comparable(applied), comparable(wanted), ruleOf);
}

/** What is different between a volume as it was made and as it is wanted. */
export function diffVolume(made: Volume, wanted: Volume): FieldChange[] {
  const rules: Readonly<Record<string, FieldRule>> = volumeFields;
  return diffFields({ ...made }, { ...wanted }, (field) => rules[field.split('.')[0] ?? ''] ?? null);
}

export function fieldChange(field: string, from: string | null, to: string | null): FieldChange {
  return { field, from, to, class: ruleOf(field)?.class ?? 'replace', drift: false };
}

type Fields = Readonly<Record<string, unknown>>;

/** Lists whose order means nothing become sorted, lists of things with a target become maps by it. */
function comparable(service: Service): Fields {
  return {
    ...service,
    capAdd: [...service.capAdd].sort(),
    capDrop: [...service.capDrop].sort(),
    groupAdd: [...service.groupAdd].sort(),
    mounts: byTarget(service.mounts),
    devices: byTarget(service.devices),
    seccomp: withoutRules(service.seccomp),
  };
}

/** A profile is told by its file and digest. */
function withoutRules(choice: Service['seccomp'] | undefined): Fields | null {
  return choice?.kind === 'file' ? { kind: choice.kind, path: choice.path, digest: choice.digest } : (choice ?? null);
}

function byTarget(items: readonly { readonly target: string }[]): Fields {
  return Object.fromEntries(items.map((item) => [item.target, item]));
}

function diffFields(from: Fields, to: Fields, ruleFor: (field: string) => FieldRule | null): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const key of sortedKeys(from, to)) {
    // A record of an older Berth lacks the fields that came later: no change where the file doesn't use them either.
    if (!(key in from) && isUnset(to[key])) continue;
    for (const found of differences(key, from[key], to[key])) {
      const rule = ruleFor(found.field);
      if (rule === null || rule.class === 'none') continue;
      changes.push({ ...printed(found), class: rule.class, drift: false });
    }
  }
  return changes;
}

interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Walks down maps to the values that differ; a map that is not there is an empty one. */
function* differences(field: string, from: unknown, to: unknown): Generator<Difference> {
  if (isSame(from, to)) return;
  const isOneValue = wholeValues.test(field);
  const fromMap = isMap(from) && !isOneValue ? from : null;
  const toMap = isMap(to) && !isOneValue ? to : null;
  if ((fromMap ?? toMap) === null || (!fromMap && !isNone(from)) || (!toMap && !isNone(to))) {
    if (field.startsWith('environment.') || !isAbsence(from, to)) yield { field, from, to };
    return;
  }
  for (const key of sortedKeys(fromMap ?? {}, toMap ?? {})) {
    yield* differences(`${field}.${key}`, fromMap?.[key], toMap?.[key]);
  }
}

/** Entries whose parts mean nothing alone: they are compared and shown as one value. */
const wholeValues = /^(mounts|devices|namespaces)\.|^seccomp$/;

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNone(value: unknown): boolean {
  return value === null || value === undefined;
}

/** True where one side lacks the field and the other says that it is not set: a map came or went around it. */
function isAbsence(a: unknown, b: unknown): boolean {
  return (a === undefined && (isNone(b) || b === false)) || (b === undefined && (isNone(a) || a === false));
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return sortedKeys({ ...a }, { ...b }).every((key) => isSame(Reflect.get(a, key), Reflect.get(b, key)));
}

function sortedKeys(a: Fields, b: Fields): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

const secretKey = /pass(word|wd|phrase)?|secret|token|credential|(api|access|private|encryption)_?key|auth(?!or)/i;

function printed({ field, from, to }: Difference): { field: string; from: string | null; to: string | null } {
  if (!field.startsWith('environment.')) return { field, from: printValue(field, from), to: printValue(field, to) };
  const print = secretKey.test(field) ? maskSecret : printVariable;
  return { field, from: print(from), to: print(to) };
}

/** A variable that is set to null is unset on purpose, which is not the same as not mentioned. */
function printVariable(value: unknown): string | null {
  return value === null ? '(unset)' : printValue('', value);
}

function maskSecret(value: unknown): string | null {
  return value === undefined || value === null ? printVariable(value) : '(sensitive)';
}
