import { expect, test } from 'vitest';
import { namedChanges } from '../../../shared/settings/named-changes.ts';

const change = (index: number, after: string) => ({ entry: `/${index}`, kind: 'added' as const, after });

test('an event names at most 500 changes, with their values while these fit', () => {
  const short = change(0, 'x');
  const long = change(1, 'x'.repeat(20_000));
  expect(namedChanges([short, long, change(2, 'y')])).toEqual([short, { entry: '/1', kind: 'added' }, change(2, 'y')]);
  const many = namedChanges(Array.from({ length: 600 }, (_, index) => change(index, 'x'.repeat(100))));
  expect(many).toHaveLength(500);
  expect(JSON.stringify(many).length).toBeLessThan(50_000);
  expect(many.at(-1)).toEqual({ entry: '/499', kind: 'added' });
});
