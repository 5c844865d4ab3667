import { allocateByRank, sum } from '../amounts.ts';
import { unitsAt } from '../candidates/gates.ts';
import type { Discounts } from './line-discount.ts';
import type { Goods } from './units.ts';

type Bundle = { bundle: Readonly<Record<string, number>>; priceMinor: number; maxTimes?: number | undefined };

/**
 * The discount of whole bundles: the difference of their list price from their price, allocated by list price. Of a SKU with
 * several prices, the dearest units are bundled.
 */
export function bundleDiscounts(
  { bundle, priceMinor, maxTimes = Infinity }: Bundle,
  { facts, lines: open, remaining, quota }: Goods,
): Discounts & { sets: number; lines: readonly number[] } {
  const {
    cart: { lines: all },
    bySku,
    ranks,
  } = facts;
  const needed: { units: number; lines: number[] }[] = [];
  let [complete, unitsOfSet] = [maxTimes, 0];
  for (const [sku, units] of Object.entries(bundle)) {
    const lines = (bySku.get(sku) ?? []).filter((line) => open.includes(line));
    complete = Math.min(complete, Math.floor(unitsAt(all, lines) / units));
    if (complete === 0) return { sets: 0, lines: [], units: [], discounts: [] };
    unitsOfSet += units;
    needed.push({ units, lines });
  }
  const sets = Math.min(complete, Math.floor(quota / unitsOfSet));
  const bundled = new Map<number, number>();
  for (const { units, lines } of needed) {
    let left = sets * units;
    for (const line of lines.toSorted((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0))) {
      const own = Math.min(left, all[line]?.quantity ?? 0);
      if (own > 0) bundled.set(line, own);
      left -= own;
    }
  }
  const lines = [...bundled.keys()].toSorted((a, b) => a - b);
  const units = lines.map((line) => bundled.get(line) ?? 0);
  const list = lines.map((line, index) => (units[index] ?? 0) * (all[line]?.unitPriceMinor ?? 0));
  const difference = Math.max(0, sum(list) - sets * priceMinor);
  const discounts = allocateByRank(difference, list, (index) => ranks[lines[index] ?? 0] ?? 0).map((discount, index) =>
    Math.min(discount, remaining[lines[index] ?? 0] ?? 0),
  );
  return { sets: complete, lines, units, discounts };
}
