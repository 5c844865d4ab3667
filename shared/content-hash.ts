import { contentHash } from './ids.ts';
import { ownValue } from './input/own-value.ts';

type Options = {
  /** Values that mean the same as an absent member of the content. */
  defaults?: Record<string, unknown> | undefined;
  /** Hash of the content under the same id, if there is one. */
  stored?: string | undefined;
};

/**
 * Hash of the content of a command: equal for equal content, however it is written. Hashes stored before 2026-11-30 are of
 * the content as sent; if `stored` is that hash of this content, it is returned.
 */
export function canonicalHash(content: object, { defaults = {}, stored }: Options = {}): string {
  if (stored !== undefined && stored === contentHash(content)) return stored;
  const members = Object.entries(content).filter(([name, value]) => value !== ownValue(defaults, name));
  return contentHash(canonicalForm(Object.fromEntries(members)));
}

/** Text is trimmed, times are in UTC, empty lists are absent, and parts that are named by an id are in no order. */
function canonicalForm(value: unknown): unknown {
  if (typeof value === 'string') return canonicalText(value);
  if (Array.isArray(value)) return inOrder(value.map(canonicalForm));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => !(Array.isArray(member) && member.length === 0));
  return Object.fromEntries(members.map(([name, member]) => [name, canonicalForm(member)]));
}

/** RFC 3339 with an offset. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function canonicalText(value: string): string {
  const text = value.trim().normalize();
  const time = instant.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}

/** A command names each line and charge once, so their order says nothing. The lines of a new order have no id. */
const inOrder = (values: unknown[]): unknown[] => {
  const ids = values.flatMap((value) => idOf(value) ?? []);
  if (ids.length < values.length || new Set(ids).size < ids.length) return values;
  return values.toSorted((a, b) => ((idOf(a) ?? '') < (idOf(b) ?? '') ? -1 : 1));
};

const idOf = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const id = ('lineId' in value && value.lineId) || ('chargeId' in value && value.chargeId);
  return typeof id === 'string' ? id : undefined;
};
