import * as z from 'zod';
import { contentHash } from '../ids.ts';

const Cursor = z.object({ query: z.string(), position: z.string() });

/** A cursor that continues after `position` (a sort key). It is valid for the same query only: include the caller in it. */
export const cursorOf = (query: unknown, position: string): string =>
  Buffer.from(JSON.stringify({ query: contentHash(query), position })).toString('base64url');

/** The position in a cursor, or undefined if it is not a cursor of this query or the position does not match `pattern`. */
export function positionOf(cursor: string, query: unknown, pattern: RegExp): string | undefined {
  const parsed = Cursor.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const { query: queryHash, position } = parsed.data;
  return queryHash === contentHash(query) && pattern.test(position) ? position : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
