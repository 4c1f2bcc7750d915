import { escapeQuoted, hasControls } from '../../printable.js';
import { mapValues, type Printable } from './value.js';

/** A canonical project as YAML; `$` is doubled, so that the text can be loaded again. */
export async function printYaml(project: Printable): Promise<string> {
  const { Document, visit } = await import('yaml');
  const document = new Document(escapeDollars(project), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && hasControls(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return escapeQuoted(document.toString({ lineWidth: 0 }));
}

/** The same as one JSON document that ends in a line feed. */
export function printJson(project: Printable): string {
  return escapeQuoted(`${JSON.stringify(escapeDollars(project), null, 2)}\n`);
}

/** Values only: keys are not interpolated. */
function escapeDollars(value: Printable): Printable {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(escapeDollars);
  return mapValues(value, escapeDollars) ?? {};
}

function isList(value: Printable): value is readonly Printable[] {
  return Array.isArray(value);
}
