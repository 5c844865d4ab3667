import { describe, expect, test } from 'vitest';
import { decide, tagged } from '../../../functions/catalog/categories/decide.ts';
import {
  type Categories,
  descendantsOf,
  pathOf,
  requirementsOf,
  type VersionedCategory,
} from '../../../shared/catalog/category-tree.ts';
import { CategoryContent } from '../../../shared/contracts/catalog/category-routes.ts';
import { etagOf } from '../../../shared/contracts/entity-tag.ts';
import { noon } from '../../support/builders.ts';

type Given = Partial<CategoryContent> & { parentId?: string };
const content = (given: Given = {}) => CategoryContent.parse({ name: 'Tea', ...given });
const aCategory = (categoryId: string, parentId?: string, given: Given = {}): VersionedCategory => ({
  categoryId,
  ...content({ name: categoryId, ...(parentId !== undefined && { parentId }), ...given }),
  changedAt: '2026-03-01T00:00:00.000Z',
  version: 1,
});
const tree = (...categories: VersionedCategory[]): Categories =>
  new Map(categories.map((category) => [category.categoryId, category]));

const size = { name: 'size', type: 'size', of: 'variant', required: false } as const;
/** drinks → tea → green → sencha, and kitchen. */
const known = tree(
  aCategory('drinks', undefined, { requiredFields: ['description'], attributes: [size] }),
  aCategory('tea', 'drinks', { requiredFields: ['media'], attributes: [{ ...size, required: true }] }),
  aCategory('green', 'tea', { attributes: [{ name: 'origin', type: 'text', of: 'product', required: true }] }),
  aCategory('sencha', 'green'),
  aCategory('kitchen'),
);
const put = (categoryId: string, given: Given = {}, ifMatch?: string, categories = known) =>
  decide(categoryId, content(given), categories, ifMatch, noon);

/** A chain of this many levels. */
const chain = (levels: number) =>
  tree(
    ...Array.from({ length: levels }, (_, index) => aCategory(`c${index}`, index === 0 ? undefined : `c${index - 1}`)),
    aCategory('other'),
    aCategory('below', 'other'),
  );

describe('a category', () => {
  test.each<[string, ReturnType<typeof put>, object]>([
    ['is created at the top', put('new'), { kind: 'create', next: { version: 1 } }],
    ['is created below another', put('new', { parentId: 'sencha' }), { kind: 'create', next: { parentId: 'sencha' } }],
    ['is renamed', put('kitchen', { name: 'Cooking' }), { kind: 'replace', next: { name: 'Cooking', version: 2 } }],
    ['is moved', put('sencha', { name: 'sencha', parentId: 'kitchen' }), { kind: 'replace' }],
    ['is moved to the top', put('sencha', { name: 'sencha' }), { kind: 'replace' }],
    ['is unchanged', put('sencha', { name: 'sencha', parentId: 'green' }), { kind: 'unchanged' }],
    ['is not changed for another ETag', put('kitchen', {}, '"9-x"'), { kind: 'precondition-failed' }],
    ['is not created for an ETag', put('new', {}, '*'), { kind: 'precondition-failed' }],
  ])('%s', (_name, decision, expected) => expect(decision).toMatchObject(expected));

  test('is changed for its ETag', () => {
    const kitchen = known.get('kitchen');
    if (!kitchen) throw new Error('The tree has a kitchen');
    expect(put('kitchen', {}, etagOf(tagged(kitchen)))).toMatchObject({ kind: 'replace' });
  });

  test.each<[string, ReturnType<typeof put>, string, string]>([
    ['an unknown parent', put('new', { parentId: 'te' }), '/parentId', 'did you mean tea?'],
    ['an unknown parent that resembles none', put('new', { parentId: 'furniture' }), '/parentId', 'Create it first'],
    ['a parent named like a property of objects', put('new', { parentId: 'constructor' }), '/parentId', 'no category'],
    ['itself as its parent', put('new', { parentId: 'new' }), '/parentId', 'new → new'],
    ['itself as its parent, stored', put('tea', { parentId: 'tea' }), '/parentId', 'tea → tea'],
    ['a cycle of two', put('drinks', { parentId: 'tea' }), '/parentId', 'drinks → tea → drinks'],
    ['a cycle of four', put('drinks', { parentId: 'sencha' }), '/parentId', 'drinks → tea → green → sencha → drinks'],
    ['an eleventh level', put('new', { parentId: 'c9' }, undefined, chain(10)), '/parentId', '11 levels'],
    ['levels of those below it', put('other', { parentId: 'c8' }, undefined, chain(9)), '/parentId', '11 levels'],
    ['a field twice', put('new', { requiredFields: ['media', 'media'] }), '/requiredFields/1', 'Remove one'],
    [
      'an attribute twice',
      put('new', { attributes: [size, { ...size, type: 'text' }] }),
      '/attributes/1/name',
      'Remove',
    ],
    [
      'an attribute of another type than above it',
      put('sencha', { parentId: 'green', attributes: [{ ...size, type: 'number' }] }),
      '/attributes/0',
      'drinks has size as a size attribute',
    ],
    [
      'an attribute of another owner than below it',
      put('tea', {
        parentId: 'drinks',
        attributes: [{ name: 'origin', type: 'text', of: 'variant', required: false }],
      }),
      '/attributes/0',
      'green has origin as a text attribute of the product',
    ],
  ])('is refused with %s', (_name, decision, pointer, detail) => {
    expect(decision).toMatchObject({ kind: 'invalid', errors: [{ pointer, detail: expect.stringContaining(detail) }] });
  });

  test('can have the deepest level and all levels below it', () => {
    expect(put('new', { parentId: 'c8' }, undefined, chain(9))).toMatchObject({ kind: 'create' });
    expect(put('other', { parentId: 'c7' }, undefined, chain(9))).toMatchObject({ kind: 'replace' });
  });
});

describe('the tree', () => {
  test('has paths from the top, and descendants at any depth', () => {
    const ids = (categories: VersionedCategory[]) => categories.map(({ categoryId }) => categoryId);
    expect(ids(pathOf(known, 'sencha'))).toEqual(['drinks', 'tea', 'green', 'sencha']);
    expect(ids(pathOf(known, 'none'))).toEqual([]);
    expect(ids(pathOf(known, undefined))).toEqual([]);
    expect(ids(descendantsOf(known, 'tea'))).toEqual(['green', 'sencha']);
    expect(ids(descendantsOf(known, 'kitchen'))).toEqual([]);
  });

  test('has requirements of a category and all above it; what is required above stays required', () => {
    expect(requirementsOf(known, 'sencha')).toEqual({
      fields: ['description', 'media'],
      attributes: [
        { ...size, required: true },
        { name: 'origin', type: 'text', of: 'product', required: true },
      ],
    });
    expect(requirementsOf(known, 'drinks')).toEqual({ fields: ['description'], attributes: [size] });
    expect(requirementsOf(known, 'none')).toEqual({ fields: [], attributes: [] });
  });
});
