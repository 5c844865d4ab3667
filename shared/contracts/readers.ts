import assert from 'node:assert';
import * as z from 'zod';

/**
 * Who reads a field, if not every caller of its route:
 * - `staff`: no channel.
 * - `writer`: of the channels only the client that the member `namedBy` of the same object names.
 * - `actor`: in the data of an event: a channel reads `reasonOfTheStore` instead of what a person of the store wrote.
 */
type Readers = { kind: 'staff' } | { kind: 'writer'; namedBy: string } | { kind: 'actor' };

const registry = z.registry<{ readers: Readers }>();

function marked<S extends z.ZodType>(schema: S, readers: Readers): S {
  const own = schema.clone();
  registry.add(own, { readers });
  return own;
}

/** A field of the back office, which channels never get. */
export const staffOnly = <S extends z.ZodType>(schema: S): S => marked(schema, { kind: 'staff' });
/** A text that a channel gets only if the client in the member `namedBy` is its own. */
export const writerOnly = <S extends z.ZodType>(schema: S, namedBy: string): S =>
  marked(schema, { kind: 'writer', namedBy });
/** The reason of an event, which a person may have given. */
export const reasonOfActor = <S extends z.ZodType>(schema: S): S => marked(schema, { kind: 'actor' });

/** The marked fields in a schema: of this value, of its members, and of each of its entries. */
export type Marks = { readers?: Readers; members: Map<string, Marks>; each?: Marks };

/** The marked fields of a schema; undefined if it has none. Of a union, those of all its options. */
export function marksOf(schema: z.core.$ZodType, outer: ReadonlySet<z.core.$ZodType> = new Set()): Marks | undefined {
  const readers = registry.get(schema)?.readers;
  if (readers) return { readers, members: new Map() };
  assert(!outer.has(schema), 'A schema with fields for some readers cannot contain itself');
  const path = new Set([...outer, schema]);
  const within = (inner: z.core.$ZodType) => marksOf(inner, path);
  if (schema instanceof z.ZodObject) {
    const members = Object.entries<z.core.$ZodType>(schema.shape).flatMap(([name, member]) => {
      const marks = within(member);
      return marks ? [[name, marks] as const] : [];
    });
    return members.length > 0 ? { members: new Map(members) } : undefined;
  }
  if (schema instanceof z.ZodArray) return eachOf(within(schema.element));
  if (schema instanceof z.ZodRecord) return eachOf(within(schema.valueType));
  if (schema instanceof z.ZodUnion) return union(schema.options.map(within));
  if (schema instanceof z.ZodIntersection) return union([within(schema.def.left), within(schema.def.right)]);
  if (schema instanceof z.ZodTuple) {
    const { items, rest } = schema.def;
    return eachOf(union([...items, ...(rest ? [rest] : [])].map(within)));
  }
  if (schema instanceof z.ZodPipe) return union([within(schema.in), within(schema.out)]);
  if (schema instanceof z.ZodLazy) return within(schema.unwrap());
  const inner = 'innerType' in schema._zod.def ? schema._zod.def.innerType : undefined;
  return inner instanceof z.ZodType ? within(inner) : undefined;
}

const eachOf = (each: Marks | undefined): Marks | undefined => each && { members: new Map(), each };

/** The marks of both. A field that one of them marks is marked. */
export function union(all: readonly (Marks | undefined)[]): Marks | undefined {
  const found = all.filter((marks) => marks !== undefined);
  const [first, ...others] = found;
  if (!first || others.length === 0) return first;
  const readers = found.find((marks) => marks.readers)?.readers;
  const each = union(found.map((marks) => marks.each));
  const names = new Set(found.flatMap(({ members }) => [...members.keys()]));
  const members = [...names].flatMap((name) => {
    const marks = union(found.map((option) => option.members.get(name)));
    return marks ? [[name, marks] as const] : [];
  });
  return { ...(readers && { readers }), members: new Map(members), ...(each && { each }) };
}
