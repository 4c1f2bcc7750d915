import type { Stack } from './model.js';
import { printableImage } from './print/image.js';
import { printableService } from './print/service.js';
import { compact, type Printable } from './print/value.js';

/** A stack as a stack file that means the same: every default written out, paths absolute, no variables. */
export function printable(stack: Stack): Printable {
  const { services, volumes, images } = stack;
  return compact({
    name: stack.name,
    services: mapValues(services, printableService),
    volumes: mapValues(volumes, (volume) =>
      volume.external
        ? { name: volume.name, external: true }
        : compact({ name: volume.name, driver: volume.driver, driver_opts: volume.driverOpts, labels: volume.labels }),
    ),
    images: mapValues(images, printableImage),
  });
}

/** `printable` as YAML; `$` is doubled, so that the text can be loaded again. */
export async function printStack(stack: Stack): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(escapeDollars(printable(stack)), { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** The same as one JSON document that ends in a line feed. */
export function printStackJson(stack: Stack): string {
  return `${JSON.stringify(escapeDollars(printable(stack)), null, 2)}\n`;
}

function mapValues<T>(map: Readonly<Record<string, T>>, print: (value: T) => Printable): Printable {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, print(value)]));
}

/** Values only: keys are not interpolated. */
function escapeDollars(value: Printable): Printable {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(escapeDollars);
  return mapValues(value, escapeDollars);
}

function isList(value: Printable): value is readonly Printable[] {
  return Array.isArray(value);
}
