import { describe, expect, test } from 'vitest';
import { invalidCursor } from '../../../shared/contracts/list-query.ts';
import { createCursors } from '../../../shared/dynamodb/cursor.ts';
import { contentHash } from '../../../shared/ids.ts';
import { cursors } from '../../support/cursors.ts';

const query = { caller: 'storefront', list: 'orders', status: 'placed' };
const anything = /./;
const position = '2026-03-05T12:00:00.000Z#ord_0123456789abcdefghjkmnpqrs#marketplace';
const cursor = await cursors.of(query, position);

/** The cursor with another bit at this byte. */
function altered(at: number): string {
  const bytes = Buffer.from(cursor, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('base64url');
}

/** A cursor as every caller could write it before 2026-11-30. */
const plain = Buffer.from(JSON.stringify({ query: contentHash(query), position })).toString('base64url');

describe('a cursor', () => {
  test('has its position for the same query', async () => {
    expect(await cursors.startAfter(cursor, { ...query }, anything)).toEqual({ after: position });
  });

  test('that is not sent starts at the start of the list', async () => {
    expect(await cursors.startAfter(undefined, query, anything)).toEqual({ after: undefined });
  });

  test.each(['SKU#A', 'SKU#Zürich', position, 'x'.repeat(128), 'y'.repeat(1000)])(
    'has the position %s',
    async (each) => {
      expect(await cursors.startAfter(await cursors.of(query, each), query, anything)).toEqual({ after: each });
    },
  );

  test.each([
    ['another client', { ...query, caller: 'marketplace' }],
    ['a caller without id', { ...query, caller: '' }],
    ['another list', { ...query, list: 'refunds' }],
    ['another filter', { ...query, status: 'shipped' }],
    ['one more filter', { ...query, day: '2026-03-05' }],
    ['one filter less', { caller: 'storefront', list: 'orders' }],
  ])('of %s is invalid', async (_name, other) => {
    expect(await cursors.startAfter(await cursors.of(other, position), query, anything)).toEqual({
      refusal: invalidCursor,
    });
  });

  test.each([
    ['with another nonce', altered(0)],
    ['with another position', altered(20)],
    ['with other padding', altered(130)],
    ['with another tag', altered(cursor.length * 0.75 - 1)],
    ['that is truncated', cursor.slice(0, -6)],
    ['with an appended character', `${cursor}A`],
    ['with a character that is ignored', `${cursor}%`],
    ['that is not base64url', '%%%'],
    ['that is empty', ''],
    ['of zeros', Buffer.alloc(156).toString('base64url')],
    ['of the form before 2026-11-30', plain],
  ])('%s is invalid', async (_name, each) => {
    expect(await cursors.startAfter(each, query, anything)).toEqual({ refusal: invalidCursor });
  });

  test('with a position of another form is invalid', async () => {
    expect(await cursors.startAfter(cursor, query, /^\d+$/)).toEqual({ refusal: invalidCursor });
  });

  test('of another secret is invalid', async () => {
    const others = createCursors(async () => 'another secret');
    expect(await cursors.startAfter(await others.of(query, position), query, anything)).toEqual({
      refusal: invalidCursor,
    });
  });

  test('shows neither its position nor how long it is', async () => {
    const again = await cursors.of(query, position);
    expect(again).not.toBe(cursor);
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/ord_|market|2026/);
    expect((await cursors.of(query, 'SKU#A')).length).toBe(cursor.length);
  });

  test('needs the secret only when one is read or written', async () => {
    let reads = 0;
    const lazy = createCursors(async () => `secret ${(reads += 1)}`);
    expect(reads).toBe(0);
    await lazy.of(query, position);
    expect(reads).toBe(1);
  });
});
