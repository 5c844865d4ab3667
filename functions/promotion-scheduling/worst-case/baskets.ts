import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';

/** SKU and units. */
export type SmallBasket = readonly (readonly [sku: string, quantity: number])[];

const maxUnits = 1000;

/** Units at which something changes: one, two, those of sets, thresholds and tiers, and one set more. */
export function quantitiesOf(promotions: readonly CompiledPromotion[]): number[] {
  const units = promotions.flatMap(({ discount, condition }): (number | undefined)[] => {
    const own = [condition?.minUnits];
    switch (discount.kind) {
      case 'buy-get': {
        const set = discount.buy.units + discount.get.units;
        return [...own, discount.buy.units, discount.get.units, set, 2 * set];
      }
      case 'bundle':
        return [...own, ...Object.values(discount.bundle)];
      case 'tiers':
        return [...own, ...discount.tiers.map(({ fromUnits }) => fromUnits)];
      default:
        return own;
    }
  });
  const known = [1, 2, ...units.flatMap((each) => each ?? [])].filter((each) => each <= maxUnits);
  return [...new Set(known)].toSorted((a, b) => a - b).slice(0, 8);
}

/** Units of a SKU with which each threshold of the goods is just reached. */
export function unitsForThresholds(
  promotions: readonly CompiledPromotion[],
  unitPriceMinor: number,
  currency: string,
): number[] {
  if (unitPriceMinor === 0) return [];
  const thresholds = promotions.flatMap(({ condition, discount }) => [
    ownOf(condition?.minSubtotalMinor, currency),
    ...(discount.kind === 'tiers' ? discount.tiers.map(({ fromMinor }) => ownOf(fromMinor, currency)) : []),
  ]);
  const units = thresholds.flatMap((minor) => (minor === undefined ? [] : [Math.ceil(minor / unitPriceMinor)]));
  return [...new Set(units)].filter((each) => each > 0 && each <= maxUnits).slice(0, 4);
}

const ownOf = (amounts: Partial<Record<string, number>> | undefined, currency: string) =>
  new Map(Object.entries(amounts ?? {})).get(currency);

/** All baskets of up to three of the SKUs with these quantities, the smallest first. */
export function* smallBaskets(
  skus: readonly string[],
  quantities: (sku: string) => readonly number[],
): Generator<SmallBasket> {
  for (const sku of skus) for (const quantity of quantities(sku)) yield [[sku, quantity]];
  for (const [index, first] of skus.entries()) {
    for (const second of skus.slice(index + 1)) {
      for (const a of quantities(first)) {
        for (const b of quantities(second)) {
          yield [
            [first, a],
            [second, b],
          ];
        }
      }
    }
  }
  for (const [index, first] of skus.entries()) {
    for (const [next, second] of skus.slice(index + 1).entries()) {
      for (const third of skus.slice(index + next + 2)) {
        for (const quantity of [1, 2]) {
          yield [
            [first, quantity],
            [second, quantity],
            [third, 1],
          ];
        }
      }
    }
  }
}
