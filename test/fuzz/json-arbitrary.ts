import * as fc from 'fast-check';

/** The part of JSON Schema 2020-12 that zod writes. */
export type JsonSchema = {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  examples?: unknown[];
  example?: unknown;
};

type Draw = fc.Arbitrary<unknown>;
const largeNumber = 2 ** 40;

/** Values that conform to a schema, half of them its examples. `defs` are the definitions of the document. */
export function arbitraryOf(
  schema: JsonSchema,
  defs: Record<string, JsonSchema> = schema.$defs ?? {},
  depth = 0,
): Draw {
  const of = (each: JsonSchema) => arbitraryOf(each, defs, depth + 1);
  const examples = [...(schema.examples ?? []), ...(schema.example === undefined ? [] : [schema.example])];
  const generated = generatedOf(schema, defs, of, depth);
  return examples.length === 0 ? generated : fc.oneof(fc.constantFrom(...examples), generated);
}

function generatedOf(
  schema: JsonSchema,
  defs: Record<string, JsonSchema>,
  of: (schema: JsonSchema) => Draw,
  depth: number,
): Draw {
  if (schema.$ref !== undefined) {
    const target = defs[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
    return target && depth < 8 ? of(target) : fc.constant(null);
  }
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return fc.oneof(...alternatives.map(of));
  if (schema.allOf) return of(Object.assign({}, ...schema.allOf) as JsonSchema);
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return fc.integer({
        min: Math.max(Math.ceil(schema.minimum ?? -largeNumber), -largeNumber),
        max: Math.min(Math.floor(schema.maximum ?? largeNumber), largeNumber),
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const minLength = schema.minItems ?? 0;
      return fc.array(of(schema.items ?? {}), {
        minLength,
        maxLength: Math.max(minLength, Math.min(4, schema.maxItems ?? 4)),
      });
    }
    case 'object':
      return objectOf(schema, of);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  of: (s: JsonSchema) => Draw,
): Draw {
  const names = Object.keys(properties);
  if (names.length === 0 && typeof additionalProperties === 'object') {
    return fc.dictionary(fc.string({ minLength: 1, maxLength: 10 }), of(additionalProperties), { maxKeys: 3 });
  }
  const members = Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, of(schema)]));
  return fc.record(members, { requiredKeys: required.filter((name) => names.includes(name)) });
}

function textOf({ pattern, minLength = 0, maxLength = 60 }: JsonSchema): Draw {
  const limits = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) };
  const text = fc.string({ ...limits, unit: 'binary' });
  if (pattern === undefined) return text;
  try {
    return fc.oneof(fc.stringMatching(new RegExp(pattern)), text);
  } catch {
    // fast-check does not support every construct of a regular expression.
    return text;
  }
}
