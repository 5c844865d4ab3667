type Json = { [name: string]: Json } | Json[] | string | number | boolean | null;
export type Schema = {
  $ref?: string;
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  type?: string;
  items?: Schema;
  required?: string[];
  properties?: Record<string, Schema>;
};
/** Any JSON document, which is read by path. */
export type JsonDocument = Record<string, unknown>;

/** Follows references inside a document, `#/components/schemas/Order`. */
function resolved(document: JsonDocument, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const parts = schema.$ref.slice(2).split('/');
  const found = parts.reduce<unknown>((value, part) => Object(value)[part] as unknown, document);
  if (found === undefined) throw new Error(`The document has no ${schema.$ref}`);
  return resolved(document, found as Schema);
}

/**
 * A value as the document shows it: from examples, with the required members of objects, and the optional ones of these
 * names at any depth. Throws if the document does not show it.
 */
export function exampleOf(document: JsonDocument, given: Schema, optional: ReadonlySet<string> = new Set()): Json {
  const own = given.example ?? given.examples?.[0];
  const schema = resolved(document, given);
  if (schema.properties) {
    const names = Object.keys(schema.properties);
    const wanted = names.filter((name) => schema.required?.includes(name) || optional.has(name));
    return Object.fromEntries(
      wanted.map((name) => [name, exampleOf(document, schema.properties?.[name] ?? {}, optional)]),
    );
  }
  const shown = own ?? schema.example ?? schema.examples?.[0] ?? schema.const ?? schema.enum?.[0] ?? schema.default;
  if (shown !== undefined) return shown as Json;
  if (schema.items) return [exampleOf(document, schema.items, optional)];
  const alternative = (schema.anyOf ?? schema.oneOf)?.[0];
  if (alternative) return exampleOf(document, alternative, optional);
  throw new Error(`No example: ${JSON.stringify(schema)}`);
}
