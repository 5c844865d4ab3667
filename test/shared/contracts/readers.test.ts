import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { asRead } from '../../../shared/access/back-office.ts';
import { marksOf, staffOnly, union } from '../../../shared/contracts/readers.ts';

const text = staffOnly(z.string());
const Inner = z.object({ text, code: z.string() });
const own = { text: 'secret', code: 'a' };
const read = { code: 'a' };
const reader = { clientId: 'storefront', channels: {} };

type Node = { text?: string; code: string; next?: Node | undefined };
const Node: z.ZodType<Node> = z.object({ text, code: z.string(), next: z.lazy(() => Node.optional()) });

describe('a marked field is removed', () => {
  test.each<[string, z.ZodType, unknown, unknown]>([
    ['from an object', Inner, own, read],
    ['with a description', z.object({ text: text.meta({ description: 'x' }) }), own, read],
    ['if it is optional', z.object({ text: text.optional() }), own, read],
    ['if it is null', z.object({ text: text.nullable() }), { ...own, text: null }, read],
    ['if it has a default', z.object({ text: text.default('x') }), own, read],
    ['if it is a list', z.object({ text: staffOnly(z.array(z.string())) }), { ...own, text: ['secret'] }, read],
    ['from an optional object', z.object({ a: Inner.optional() }), { a: own }, { a: read }],
    ['from an array', z.array(Inner), [own, own], [read, read]],
    ['from a record', z.record(z.string(), Inner), { x: own, y: own }, { x: read, y: read }],
    ['from a tuple', z.tuple([z.string(), Inner]), ['x', own], ['x', read]],
    ['from the rest of a tuple', z.tuple([z.string()], Inner), ['x', own], ['x', read]],
    ['from any option of a union', z.union([z.object({ code: z.string() }), Inner]), own, read],
    ['from a union of lists', z.object({ a: z.union([z.array(Inner), z.string()]) }), { a: [own] }, { a: [read] }],
    ['from an intersection', z.intersection(z.object({ code: z.string() }), Inner), own, read],
    ['from an extended object', Inner.extend({ more: z.string() }), { ...own, more: 'b' }, { ...read, more: 'b' }],
    ['from a partial object', Inner.partial().strict(), own, read],
    ['from a transformed object', Inner.transform((value) => value), own, read],
    ['from a refined object', Inner.refine(() => true).readonly(), own, read],
  ])('%s', (_case, schema, body, expected) => expect(asRead(body, marksOf(schema), reader)).toEqual(expected));
});

test('a schema that contains itself is refused', () => {
  expect(() => marksOf(Node)).toThrow('cannot contain itself');
});

test('a schema without a marked field has no marks', () => {
  expect(marksOf(z.string())).toBeUndefined();
  expect(marksOf(z.object({ text: z.string() }))).toBeUndefined();
  expect(union([undefined, undefined])).toBeUndefined();
});
