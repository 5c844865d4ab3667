import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { invalidCursor } from '../contracts/list-query.ts';
import type { HttpResponse } from '../contracts/problem.ts';
import { contentHash } from '../ids.ts';

const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
/** Positions are padded to a multiple of this, so that the length of a cursor does not show the length of an id. */
const paddedBytes = 128;

/** The client for which alone a cursor is valid, the name of the list where a client has several, and its filters. */
export type CursorQuery = { caller: string | undefined } & Record<string, unknown>;

/**
 * Cursors of lists: encrypted, so that a caller neither reads nor makes the position (a sort key, which may be of an entry
 * that the caller may not see), and bound to the caller and the query. `readSecret` is called with the first cursor, not
 * at the start.
 */
export function createCursors(readSecret: () => Promise<string>) {
  const readKey = async () => Buffer.from(hkdfSync('sha256', await readSecret(), '', 'list cursor', keyBytes));
  const bound = (query: CursorQuery) => Buffer.from(contentHash(query));

  /** The position in a cursor, or undefined if it is no cursor of this query or the position does not match `pattern`. */
  async function positionIn(cursor: string, query: CursorQuery, pattern: RegExp): Promise<string | undefined> {
    const bytes = Buffer.from(cursor, 'base64url');
    const encrypted = bytes.subarray(ivBytes, -tagBytes);
    // `toString`: Node ignores characters that are not base64url.
    if (encrypted.length === 0 || encrypted.length % paddedBytes > 0 || bytes.toString('base64url') !== cursor) {
      return undefined;
    }
    const iv = bytes.subarray(0, ivBytes);
    const decipher = createDecipheriv(algorithm, await readKey(), iv, { authTagLength: tagBytes });
    decipher.setAAD(bound(query)).setAuthTag(bytes.subarray(-tagBytes));
    const text = decipher.update(encrypted);
    if (!isAuthentic(decipher)) return undefined;
    const position = text.toString().replace(/\0+$/, '');
    return pattern.test(position) ? position : undefined;
  }

  return {
    /** A cursor that continues after `position`. */
    async of(query: CursorQuery, position: string): Promise<string> {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, await readKey(), iv, { authTagLength: tagBytes }).setAAD(bound(query));
      const length = Math.ceil(Buffer.byteLength(position) / paddedBytes) * paddedBytes;
      const padded = Buffer.alloc(length);
      padded.write(position);
      return Buffer.concat([iv, cipher.update(padded), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },

    /**
     * Where a page starts: after the position in its cursor, or at the start of the list without a cursor. `refusal` is the
     * response to a cursor of another query, or whose position does not match `pattern`.
     */
    async startAfter(
      cursor: string | undefined,
      query: CursorQuery,
      pattern: RegExp,
    ): Promise<{ after: string | undefined } | { refusal: HttpResponse }> {
      if (cursor === undefined) return { after: undefined };
      const after = await positionIn(cursor, query, pattern);
      return after === undefined ? { refusal: invalidCursor } : { after };
    },
  };
}
export type Cursors = ReturnType<typeof createCursors>;

/** `final` throws a plain `Error` for an altered text, another key, or another query. */
function isAuthentic(decipher: ReturnType<typeof createDecipheriv>): boolean {
  try {
    decipher.final();
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('unable to authenticate data')) return false;
    throw error;
  }
}
