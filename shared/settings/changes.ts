import * as z from 'zod';
import { pointerOf } from '../contracts/problem.ts';
import type { SettingChange } from '../contracts/settings/version.ts';
import { contentHash } from '../ids.ts';

type Path = readonly string[];

/** The fields that identify an entry of a list. An entry has one of them. */
const EntryId = z.union([
  z.string(),
  z.looseObject({ zoneId: z.string() }).transform(({ zoneId }) => zoneId),
  z.looseObject({ rateId: z.string() }).transform(({ rateId }) => rateId),
  z.looseObject({ method: z.string() }).transform(({ method }) => method),
  z.looseObject({ warehouse: z.string() }).transform(({ warehouse }) => warehouse),
  z.looseObject({ calendarId: z.string() }).transform(({ calendarId }) => calendarId),
  z.looseObject({ list: z.string() }).transform(({ list }) => list),
  z.looseObject({ reason: z.string() }).transform(({ reason }) => reason),
]);

/**
 * The differences between two documents of JSON. Entries of a list are matched by their ids, so that a new entry at its
 * start is one difference; lists whose entries have no ids are compared as a whole.
 */
export const changesBetween = (before: unknown, after: unknown): SettingChange[] => compare(before, after, []);

function compare(before: unknown, after: unknown, path: Path): SettingChange[] {
  const entry = pointerOf(path);
  if (before === undefined) return after === undefined ? [] : [{ entry, kind: 'added', after }];
  if (after === undefined) return [{ entry, kind: 'removed', before }];
  if (contentHash(before) === contentHash(after)) return [];
  if (isObject(before) && isObject(after)) {
    return compareMembers(new Map(Object.entries(before)), new Map(Object.entries(after)), path);
  }
  const [entriesBefore, entriesAfter] = [entriesOf(before), entriesOf(after)];
  if (!entriesBefore || !entriesAfter) return [{ entry, kind: 'changed', before, after }];
  return [...compareMembers(entriesBefore, entriesAfter, path), ...compareOrder(entriesBefore, entriesAfter, entry)];
}

function compareMembers(before: Map<string, unknown>, after: Map<string, unknown>, path: Path): SettingChange[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => compare(before.get(name), after.get(name), [...path, name]));
}

/** One difference if the entries that both lists have are in another order. */
function compareOrder(before: Map<string, unknown>, after: Map<string, unknown>, entry: string): SettingChange[] {
  const idsBefore = [...before.keys()].filter((id) => after.has(id));
  const idsAfter = [...after.keys()].filter((id) => before.has(id));
  if (contentHash(idsBefore) === contentHash(idsAfter)) return [];
  return [{ entry, kind: 'reordered', before: idsBefore, after: idsAfter }];
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entries of a list by id; undefined if it is no list or its entries have no ids of their own. */
function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (!Array.isArray(value)) return undefined;
  const entries = value.map((each: unknown) => [EntryId.safeParse(each).data, each] as const);
  const byId = new Map(entries.flatMap(([id, each]) => (id === undefined ? [] : [[id, each] as const])));
  return byId.size === value.length ? byId : undefined;
}
