import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { contractEvents } from '../../infra/contract-events.ts';
import { contractRoutes } from '../../infra/contract-routes.ts';
import { boundedRecord, StoredText } from '../../shared/contracts/bounds.ts';
import { EventInstant, Instant, SentInstant } from '../../shared/names.ts';

type Schema = {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  format?: string;
  pattern?: string;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  not?: Schema;
};

/** Whether only texts of a limited length match the pattern: it is anchored and repeats nothing without a limit. */
function isBoundedPattern(pattern: string): boolean {
  const plain = pattern.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  return plain.startsWith('^') && plain.endsWith('$') && !/[*+]|\{\d+,\}/.test(plain) && !hasTopLevelOr(plain);
}

/** Whether the pattern has alternatives outside its groups: the anchors then belong to the first and the last only. */
function hasTopLevelOr(plain: string): boolean {
  const outside = plain.replaceAll(/\([^()]*\)/g, 'x');
  return outside === plain ? plain.includes('|') : hasTopLevelOr(outside);
}

const isBoundedText = ({ maxLength, enum: values, const: only, pattern = '', format }: Schema) =>
  maxLength !== undefined ||
  values !== undefined ||
  only !== undefined ||
  format === 'date' ||
  isBoundedPattern(pattern);

/** Whether the schema says nothing about its values, as `z.unknown()` does. */
const isAnything = ({ $ref, type, enum: values, const: only, anyOf, oneOf, allOf, ...others }: Schema) =>
  [$ref, type, values, only, anyOf, oneOf, allOf, others.not].every((each) => each === undefined);

function isUnbounded(schema: Schema): boolean {
  if (isAnything(schema)) return true;
  const types = new Set([schema.type].flat());
  if (types.has('string') && !isBoundedText(schema)) return true;
  if (types.has('array') && schema.maxItems === undefined) return true;
  // Unknown members of an open object are not described, and not stored.
  const members = schema.additionalProperties;
  const isRecord = typeof members === 'object' && Object.keys(members).length > 0;
  return isRecord && schema.maxProperties === undefined;
}

/** The texts, lists and records without a maximum, with their paths. `defs` are the named schemas. */
function unboundedIn(schema: Schema, path: string, defs: Record<string, Schema>): string[] {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) {
    const { [name]: named, ...others } = defs;
    return named ? unboundedIn(named, path, others) : [];
  }
  const { items, additionalProperties: members, properties = {}, anyOf = [], oneOf = [], allOf = [] } = schema;
  return [
    ...(isUnbounded(schema) ? [`${path}: ${[schema.type ?? 'anything'].flat().join('|')}`] : []),
    ...Object.entries(properties).flatMap(([key, member]) => unboundedIn(member, `${path}.${key}`, defs)),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((each) => unboundedIn(each, path, defs)),
    ...(items ? unboundedIn(items, `${path}[]`, defs) : []),
    ...(typeof members === 'object' && Object.keys(members).length > 0 ? unboundedIn(members, `${path}.*`, defs) : []),
  ];
}

function unbounded(schema: z.ZodType, io: 'input' | 'output'): string[] {
  const document: Schema = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' })));
  return unboundedIn(document, '', document.$defs ?? {});
}

/** Values that the handler parses one by one with another schema, so that one of them does not refuse the others. */
const parsedLater: Record<string, string[]> = { 'POST /orders/batch': ['body.orders[]: anything'] };
/** Differences between two versions of a document of settings. The schemas of the documents limit them. */
const ofDocuments: Record<string, string[]> = {
  'GET /settings/{name}/versions': [
    '200.versions[].changes[].before: anything',
    '200.versions[].changes[].after: anything',
  ],
  'GET /promotions/{promotionId}/versions': [
    '200.versions[].changes[].before: anything',
    '200.versions[].changes[].after: anything',
  ],
  'GET /promotions/{promotionId}/versions/{version}': [
    '200.changes[].before: anything',
    '200.changes[].after: anything',
  ],
  SettingsChanged: ['.detail.data.changes[].before: anything', '.detail.data.changes[].after: anything'],
  PromotionChanged: ['.detail.data.changes[].before: anything', '.detail.data.changes[].after: anything'],
  'GET /audit/entries': [
    '200.entries[].data: anything',
    '200.entries[].changes[].before: anything',
    '200.entries[].changes[].after: anything',
  ],
  'GET /settings/{name}/versions/{version}': ['200.changes[].before: anything', '200.changes[].after: anything'],
};

describe('every text, list and record has a maximum', () => {
  test.each(contractRoutes.map((route) => [route.key, route] as const))('in the requests of %s', (_key, route) => {
    const parts = { params: route.params, query: route.query, headers: route.headers, body: route.body };
    const found = Object.entries(parts).flatMap(([part, schema]) =>
      schema ? unbounded(schema, 'input').map((path) => `${part}${path}`) : [],
    );
    expect(found).toEqual(parsedLater[route.key] ?? []);
  });

  test.each(contractRoutes.map((route) => [route.key, route] as const))('in the responses of %s', (_key, route) => {
    const found = Object.entries(route.responses).flatMap(([status, { schema }]) =>
      schema ? unbounded(schema, 'output').map((path) => `${status}${path}`) : [],
    );
    expect(found).toEqual(ofDocuments[route.key] ?? []);
  });

  test.each(contractEvents.map((event) => [event.detailType, event] as const))('in the event %s', (_name, event) => {
    expect(unbounded(event.envelope, 'output')).toEqual(ofDocuments[event.detailType] ?? []);
  });

  const Id = z.string().regex(/^[a-z]{1,9}$/);
  test.each([
    ['a text', z.object({ note: z.string() }), ['.note: string']],
    ['a pattern that repeats without a limit', z.object({ id: z.string().regex(/^[a-z]+$/) }), ['.id: string']],
    ['a pattern that is not anchored', z.object({ id: z.string().regex(/[a-z]{1,9}/) }), ['.id: string']],
    ['alternatives outside a group', z.object({ id: z.string().regex(/^a|[^b]{1,9}|c$/) }), ['.id: string']],
    ['alternatives in a group', z.object({ id: z.string().regex(/^(a|(b|c){2})$/) }), []],
    ['any value', z.object({ value: z.unknown() }), ['.value: anything']],
    ['any value in a list', z.array(z.any()).max(3), ['[]: anything']],
    ['several types', z.object({ a: z.any().meta({ type: ['string', 'null'] }) }), ['.a: string|null']],
    ['a time', z.object({ at: z.iso.datetime() }), ['.at: string']],
    ['a list in a list', z.array(z.object({ ids: z.array(Id) })).max(3), ['[].ids: array']],
    ['a record', z.object({ byId: z.record(Id, z.int()) }), ['.byId: object']],
    ['a named schema', z.object({ a: z.object({ b: z.string() }).meta({ id: 'Named' }).optional() }), ['.a.b: string']],
    ['nothing', z.object({ id: Id, day: z.iso.date(), kinds: z.array(Id).max(2), by: boundedRecord(Id, Id, 5) }), []],
  ])('the check finds %s', (_what, schema, expected) => {
    expect(unbounded(schema, 'output')).toEqual(expected);
  });
});

describe('a time', () => {
  const digits = (count: number) => `2026-11-30T09:15:00.${'1'.repeat(count)}Z`;

  test.each([0, 3, 9, 19])('of %i fraction digits is accepted, and read as it was written', (count) => {
    const time = count === 0 ? '2026-11-30T09:15:00Z' : digits(count);
    for (const schema of [SentInstant, EventInstant, Instant]) expect(schema.parse(time)).toBe(time);
  });

  test.each([20, 21, 400, 6000, 180_000])('of %i fraction digits is refused', (count) => {
    for (const schema of [SentInstant, EventInstant]) {
      expect(schema.safeParse(digits(count)).error?.issues.map(({ message }) => message)).toEqual([
        'A time has at most 40 characters',
      ]);
    }
  });

  test.each([21, 400, 180_000])('of %i fraction digits in stored data is shortened', (count) => {
    expect(Instant.parse(digits(count))).toBe('2026-11-30T09:15:00.111Z');
  });

  test.each(['2026-11-30', `2026-11-30T${'9'.repeat(100)}`, '1969-12-31T23:59:59Z'])('is not %s', (text) => {
    expect(Instant.safeParse(text).success).toBe(false);
  });
});

test.each([
  ['a text', StoredText, 'x'.repeat(10_000), 'x'.repeat(10_001)],
  ['a record', boundedRecord(z.string(), z.int(), 2), { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }],
] as const)('%s has a limit', (_what, schema: z.ZodType, largest, tooLarge) => {
  expect(schema.safeParse(largest).success).toBe(true);
  expect(schema.safeParse(tooLarge).success).toBe(false);
});
