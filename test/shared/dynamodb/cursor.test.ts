import { expect, test } from 'vitest';
import { cursorOf, positionOf } from '../../../shared/dynamodb/cursor.ts';

const query = { status: 'placed' };
const anything = /./;

test('a cursor carries its position for the same query', () => {
  expect(positionOf(cursorOf(query, 'here'), { ...query }, anything)).toBe('here');
});

test.each([
  ['of another query', cursorOf({ status: 'shipped' }, 'here')],
  ['that is truncated', cursorOf(query, 'here').slice(0, -6)],
  ['that is not base64url', '%%%'],
  ['that is empty', ''],
  ['with other content', Buffer.from('{"a":1}').toString('base64url')],
])('a cursor %s is invalid', (_name, cursor) => {
  expect(positionOf(cursor, query, anything)).toBeUndefined();
});

test('a cursor with a position of another form is invalid', () => {
  expect(positionOf(cursorOf(query, 'here'), query, /^\d+$/)).toBeUndefined();
});
