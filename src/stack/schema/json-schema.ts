import { z } from 'zod';
import { stackFile } from './stack.js';

/** A JSON Schema node, as far as it is changed here. */
interface SchemaNode {
  properties?: Record<string, unknown>;
  patternProperties?: Record<string, unknown>;
  additionalProperties?: unknown;
}

/**
 * The JSON Schema of a stack file, for editors. It is what a file may look like before values are read: a size is a number
 * or a string. `x-*` keys are allowed in every map whose keys are fixed.
 */
export function stackFileJsonSchema(): unknown {
  return {
    $id: 'https://berth.invalid/berth.schema.json',
    title: 'Berth stack file',
    ...z.toJSONSchema(stackFile, {
      io: 'input',
      unrepresentable: 'any',
      override({ jsonSchema }) {
        const node: SchemaNode = jsonSchema;
        if (node.properties && node.additionalProperties === false) node.patternProperties = { '^x-': {} };
      },
    }),
  };
}
