import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planCategories } from '../../../functions/catalog/categories/plan-categories.ts';
import { type Categories, pathOf, type VersionedCategory } from '../../../shared/catalog/category-tree.ts';
import { CategoryContent } from '../../../shared/contracts/catalog/category-routes.ts';
import { noon } from '../../support/builders.ts';

type Parents = Record<string, string | undefined>;
const contentOf = (parentId: string | undefined, given: object = {}) =>
  CategoryContent.parse({ name: 'A', ...(parentId !== undefined && { parentId }), ...given });
const wantedOf = (parents: Parents) =>
  new Map(Object.entries(parents).map(([id, parentId]) => [id, contentOf(parentId)]));
const treeOf = (parents: Parents): Categories =>
  new Map(
    [...wantedOf(parents)].map(([categoryId, content]): [string, VersionedCategory] => [
      categoryId,
      { categoryId, ...content, changedAt: '2026-03-01T00:00:00.000Z', version: 1 },
    ]),
  );
const plan = (wanted: Parents, stored: Parents = {}) => planCategories(wantedOf(wanted), treeOf(stored), noon);
const idsOf = ({ changes }: { changes: readonly VersionedCategory[] }) => changes.map(({ categoryId }) => categoryId);

describe('categories in any order', () => {
  test.each<[string, Parents, Parents, string[]]>([
    ['a child before its parent', { b: 'a', a: undefined }, {}, ['a', 'b']],
    ['a chain, the deepest first', { d: 'c', c: 'b', b: 'a', a: undefined }, {}, ['a', 'b', 'c', 'd']],
    ['a parent and its child change places', { a: 'b', b: undefined }, { a: undefined, b: 'a' }, ['b', 'a']],
    ['unchanged ones are left out', { a: undefined, b: 'a', c: 'a' }, { a: undefined, b: 'a' }, ['c']],
    ['a parent of the store', { b: 'a' }, { a: undefined }, ['b']],
    ['two moves that are a cycle one after the other', { a: 'x', x: undefined }, { x: 'a', a: undefined }, ['x', 'a']],
  ])('%s', (_name, wanted, stored, expected) => {
    const planned = plan(wanted, stored);
    expect(idsOf(planned)).toEqual(expected);
    expect(planned.refused.size).toBe(0);
  });

  test.each<[string, Parents, Parents, Record<string, string>, string[]]>([
    ['an unknown parent', { b: 'none', c: undefined }, {}, { b: 'no category none' }, ['c']],
    ['a parent that is refused', { c: 'b', b: 'none' }, {}, { b: 'no category none', c: 'no category b' }, []],
    ['itself above it', { a: 'a', b: undefined }, {}, { a: 'a → a' }, ['b']],
    ['a cycle of two', { a: 'b', b: 'a', c: undefined }, {}, { a: 'a → b → a', b: 'b → a → b' }, ['c']],
    ['a cycle with the store', { a: 'c' }, { a: undefined, b: 'a', c: 'b' }, { a: 'a → b → c → a' }, []],
    ['one below a cycle', { a: 'b', b: 'a', d: 'a' }, {}, { d: 'no category a' }, []],
    [
      'an eleventh level',
      Object.fromEntries(
        Array.from({ length: 11 }, (_, index) => [`c${index}`, index === 0 ? undefined : `c${index - 1}`]),
      ),
      {},
      { c10: '11 levels' },
      Array.from({ length: 10 }, (_, index) => `c${index}`),
    ],
  ])('refuses %s, and saves the others', (_name, wanted, stored, refused, expected) => {
    const planned = plan(wanted, stored);
    for (const [id, detail] of Object.entries(refused))
      expect(planned.refused.get(id), id).toMatchObject([
        { pointer: '/parentId', detail: expect.stringContaining(detail) },
      ]);
    expect(idsOf(planned)).toEqual(expected);
  });

  test('refuses the lower of two categories that give an attribute two types', () => {
    const rule = (type: string) => ({ attributes: [{ name: 'size', type }] });
    const wanted = new Map([
      ['b', contentOf('a', rule('text'))],
      ['a', contentOf(undefined, rule('size'))],
      ['c', contentOf(undefined, rule('number'))],
    ]);
    const planned = planCategories(wanted, new Map(), noon);
    expect([...planned.refused.keys()]).toEqual(['b']);
    expect(idsOf(planned)).toEqual(['a', 'c']);
  });

  test('refuses the categories beyond the room of the store', () => {
    const planned = plan(Object.fromEntries(Array.from({ length: 2003 }, (_, index) => [`c${index}`, undefined])));
    expect(planned.changes).toHaveLength(2000);
    expect([...planned.refused.keys()]).toEqual(['c2000', 'c2001', 'c2002']);
  });

  test.each<[string, (index: number) => string | undefined]>([
    ['a cycle of all of them', (index) => `c${(index + 1) % 2000}`],
    ['one chain', (index) => (index === 0 ? undefined : `c${index - 1}`)],
    ['one level', (index) => (index === 0 ? undefined : 'c0')],
  ])('decides 2,000 categories in %s', (_name, parentOf) => {
    const planned = plan(
      Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`c${index}`, parentOf(index)])),
    );
    expect(planned.changes.length + planned.refused.size).toBe(2000);
  });
});

test('whatever the parents, the tree is valid after each change, and a second plan changes nothing', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const parents = fc.uniqueArray(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(undefined, ...ids, 'none')), {
    selector: ([id]) => id,
  });
  fc.assert(
    fc.property(parents, parents, (before, wanted) => {
      const stored = plan(Object.fromEntries(before));
      let tree: Categories = new Map(stored.changes.map((category) => [category.categoryId, category]));
      const planned = planCategories(wantedOf(Object.fromEntries(wanted)), tree, noon);
      for (const change of planned.changes) {
        tree = new Map([...tree, [change.categoryId, change]]);
        for (const { categoryId, parentId } of tree.values()) {
          expect(parentId === undefined || tree.has(parentId)).toBe(true);
          expect(pathOf(tree, categoryId).filter((each) => each.categoryId === categoryId)).toHaveLength(1);
        }
      }
      const again = planCategories(wantedOf(Object.fromEntries(wanted)), tree, noon);
      expect(again.changes).toEqual([]);
      expect([...again.refused.keys()].every((id) => planned.refused.has(id))).toBe(true);
    }),
  );
});
