import { BerthError } from '../errors.js';
import type { Service, Volume } from '../stack/model.js';
import { serviceFields, volumeFields } from './fields.js';
import type { Action, ActionArgs, Plan, Step } from './plan.js';

/**
 * A plan to be applied later, as `plan --out` writes it. It holds whole services, so environment values too: the file is
 * for its owner's eyes only (mode 0600).
 */
export function savePlan(plan: Plan): string {
  return `${JSON.stringify(plan)}\n`;
}

/** Reads what `savePlan` wrote. @throws BerthError INPUT naming the part that is wrong */
export function parsePlan(text: string): Plan {
  const value = parseJson(text);
  if (isObject(value) && 'format' in value && value['format'] !== 1) {
    throw planError(`format ${JSON.stringify(value['format'])} is of another Berth, expected 1`);
  }
  check(isPlan, value, 'expected an object with format, stack, serial, steps and notes');
  value.steps.forEach((step: unknown, index) => {
    check(isStep, step, `step ${index + 1} is not one`);
    const earlier = [...step.after, ...(step.afterSettled ?? [])];
    if (step.id !== index + 1 || earlier.some((id) => id < 1 || id >= step.id)) {
      throw planError(`step ${index + 1} is out of order`);
    }
  });
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw planError(cause instanceof Error ? cause.message : String(cause));
  }
}

function planError(reason: string): BerthError {
  return new BerthError('INPUT', `read saved plan: ${reason}`, { hint: 'make it anew with `berth plan --out`' });
}

function check<T>(is: (value: unknown) => value is T, value: unknown, problem: string): asserts value is T {
  if (!is(value)) throw planError(problem);
}

type Check = (value: unknown) => boolean;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isString: Check = (value) => typeof value === 'string';
const isText: Check = (value) => value === null || isString(value);
const isBoolean: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isCountOrNull: Check = (value) => value === null || isCount(value);
const isOneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value);
const isListOf =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);

/** True where each key of the shape is there and fits. The mapped type makes a new key without a check an error. */
function fits<T>(value: unknown, shape: { readonly [K in keyof T]-?: Check }): value is T {
  if (!isObject(value)) return false;
  return Object.entries<Check>(shape).every(([key, test]) => test(value[key]));
}

/** Only keys: values come from a resolved stack, and the plan's file is as trusted as the stack's. */
function hasKeys(value: unknown, fields: Readonly<Record<string, unknown>>): boolean {
  if (!isObject(value)) return false;
  const keys = Object.keys(fields)
    .filter((field) => field !== 'imageId')
    .map((field) => field.split('.')[0] ?? '');
  return keys.every((key) => key in value);
}

const isService = (value: unknown): value is Service => hasKeys(value, serviceFields);
const isVolume = (value: unknown): value is Volume => hasKeys(value, volumeFields);
const isRef: Check = (value) =>
  fits<ActionArgs['pauseContainer']['container']>(value, { id: isString, name: isString });
const isIdentity: Check = (value) =>
  fits<ActionArgs['startContainer']['container']>(value, {
    id: isText,
    name: isString,
    service: isString,
    replica: isCount,
  });
const isUndefinedOr =
  (test: Check): Check =>
  (value) =>
    value === undefined || test(value);
const isResources: Check = (value) => value === null || isObject(value);
const isCondition = isOneOf('service_started', 'service_healthy', 'service_completed_successfully');

/** What the arguments of each action must look like. */
const actionShapes: { readonly [K in keyof ActionArgs]: { readonly [A in keyof ActionArgs[K]]-?: Check } } = {
  buildImage: { image: isString },
  createVolume: { volume: isVolume },
  removeVolume: { name: isString },
  createContainer: { container: isIdentity, service: isService, replaces: isUndefinedOr(isString) },
  startContainer: { container: isIdentity },
  stopContainer: { container: isRef, timeoutMs: isCountOrNull },
  removeContainer: { container: isRef, removeAnonymousVolumes: isBoolean },
  updateContainer: { container: isRef, service: isService, resources: isResources },
  pauseContainer: { container: isRef },
  unpauseContainer: { container: isRef },
  waitForCondition: { container: isIdentity, condition: isCondition },
  removeImage: { image: isString },
};

function isAction(value: unknown): value is Action {
  if (!isObject(value) || typeof value['kind'] !== 'string') return false;
  const shapes: Readonly<Record<string, Readonly<Record<string, Check>>>> = actionShapes;
  const shape = Object.hasOwn(shapes, value['kind']) ? shapes[value['kind']] : undefined;
  return shape !== undefined && fits(value, shape);
}

function isStep(value: unknown): value is Step {
  return fits<Step>(value, {
    id: isCount,
    on: isString,
    action: isAction,
    cause: isString,
    changes: isListOf((change) => fits<Step['changes'][number]>(change, changeShape)),
    after: isListOf(isCount),
    afterSettled: isUndefinedOr(isListOf(isCount)),
  });
}

const changeShape = {
  field: isString,
  from: isText,
  to: isText,
  class: isOneOf('live', 'restart', 'replace', 'none'),
  drift: isBoolean,
};

function isPlan(value: unknown): value is Plan {
  return fits<Plan>(value, {
    format: isOneOf(1),
    stack: isString,
    serial: isCount,
    steps: Array.isArray,
    notes: isListOf(isString),
  });
}
