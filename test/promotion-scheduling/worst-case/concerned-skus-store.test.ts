import { describe, expect, test } from 'vitest';
import type { SmallBasket } from '../../../functions/promotion-scheduling/worst-case/baskets.ts';
import { pastBasketsOf } from '../../../functions/promotion-scheduling/worst-case/concerned-skus-store.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { aSku } from '../../support/builders.ts';
import { aPromotion } from '../../support/promotions.ts';

const product = (categoryId: string, colour = 'white') => ({
  status: 'published' as const,
  productId: categoryId,
  categoryId,
  attributes: { colour: [colour] },
});
const catalogue = [
  aSku({ sku: 'CUP', product: product('cups') }),
  aSku({ sku: 'MUG', product: product('mugs', 'red') }),
  aSku({ sku: 'TEA', product: product('tea') }),
  aSku({ sku: 'OLD' }),
];
const set = { categoryPaths: { cups: ['kitchen', 'cups'], mugs: ['kitchen', 'mugs'], tea: ['food', 'tea'] } };
/** Past baskets of one unit of each SKU, those of most orders first. */
const past = (...baskets: string[]) => ({
  days: [],
  baskets: baskets.map((skus, index) => ({
    lines: skus.split('+').map((sku): [string, number] => [sku, 1]),
    orders: 99 - index,
    lastDay: '2026-01-01',
  })),
});
let read: string[] = [];
const pastOf = async (draft: Partial<CompiledPromotion>, baskets: string[], limit = 10) => {
  const skus = async (named: readonly string[], most = 500) => {
    read = [...named];
    return catalogue.filter(({ sku }) => named.slice(0, most).includes(sku));
  };
  const found = await pastBasketsOf(skus, past(...baskets), { draft: aPromotion(draft), set }, limit);
  const text = (lines: SmallBasket) => lines.map(([sku]) => sku).join('+');
  return { ...found, baskets: found.baskets.map(text), skus: found.skus.map(({ sku }) => sku) };
};

// Seen failing when a promotion that names no SKU got all past baskets.
describe('past baskets of a promotion', () => {
  const baskets = ['TEA', 'OLD+TEA', 'CUP', 'MUG+TEA', 'CUP+OLD'];

  test.each<[string, Partial<CompiledPromotion>, string[], string[]]>([
    ['names a SKU', { eligible: { skus: ['MUG'] } }, ['MUG+TEA'], ['MUG', 'TEA']],
    ['names a category', { eligible: { categories: ['mugs'] } }, ['MUG+TEA'], ['MUG', 'TEA']],
    [
      'names a category that is above those of its goods',
      { eligible: { categories: ['kitchen'] } },
      ['CUP', 'MUG+TEA', 'CUP+OLD'],
      ['CUP', 'MUG', 'TEA', 'OLD'],
    ],
    [
      'names an attribute',
      { eligible: { attributes: [{ name: 'colour', values: ['red'] }] } },
      ['MUG+TEA'],
      ['MUG', 'TEA'],
    ],
    [
      'excludes goods',
      { eligible: { all: true, except: { categories: ['kitchen', 'food'] } } },
      ['OLD+TEA', 'CUP+OLD'],
      ['CUP', 'TEA', 'OLD'],
    ],
    ['has all goods', { eligible: { all: true } }, baskets, ['CUP', 'MUG', 'TEA', 'OLD']],
    ['has goods that nobody bought', { eligible: { categories: ['toys'] } }, [], []],
  ])('that %s are those with its goods, those of most orders first', async (_name, draft, expected, skus) => {
    expect(await pastOf(draft, baskets)).toMatchObject({ baskets: expected, skus });
  });

  test('are limited, and only those whose SKUs are all read', async () => {
    expect((await pastOf({ eligible: { categories: ['kitchen'] } }, baskets, 2)).baskets).toEqual(['CUP', 'MUG+TEA']);
    const many = Array.from({ length: 999 }, (_, index) => `S${index}`);
    const found = await pastOf(
      { eligible: { all: true, except: { skus: ['S1'] } } },
      [...many, 'MUG+TEA', 'CUP'],
      9999,
    );
    expect(read).toHaveLength(1000);
    expect(found.baskets).toEqual(['CUP']);
  });

  test('that names a SKU need no other SKUs than theirs', async () => {
    await pastOf({ eligible: { skus: ['MUG'] } }, baskets);
    expect(read).toEqual(['MUG', 'TEA']);
  });
});
