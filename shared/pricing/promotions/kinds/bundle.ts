import { allocateByRank, sum } from '../amounts.ts';
import type { Discounts } from './line-discount.ts';
import type { Goods } from './units.ts';

type Bundle = { bundle: Readonly<Record<string, number>>; priceMinor: number; maxTimes?: number | undefined };

/**
 * The discount of whole bundles: the difference of their list price from their price, allocated by list price. Of a SKU with
 * several prices, the dearest units are bundled.
 */
export function bundleDiscounts(
  { bundle, priceMinor, maxTimes = Infinity }: Bundle,
  goods: Goods,
): Discounts & { sets: number } {
  const { facts, lines, quota } = goods;
  const needed = Object.entries(bundle);
  if (needed.some(([sku]) => !facts.bySku.has(sku))) return { sets: 0, units: [], discounts: [] };
  const open = new Set(lines);
  const linesOf = (sku: string) => (facts.bySku.get(sku) ?? []).filter((line) => open.has(line));
  const unitsOf = (line: number) => facts.cart.lines[line]?.quantity ?? 0;
  const complete = Math.min(
    maxTimes,
    ...needed.map(([sku, units]) => Math.floor(sum(linesOf(sku).map(unitsOf)) / units)),
  );
  const sets = Math.min(complete, Math.floor(quota / sum(needed.map(([, units]) => units))));
  const bundled = new Map<number, number>();
  for (const [sku, units] of needed) {
    let left = sets * units;
    for (const line of linesOf(sku).toSorted((a, b) => (facts.ranks[a] ?? 0) - (facts.ranks[b] ?? 0))) {
      const own = Math.min(left, unitsOf(line));
      if (own > 0) bundled.set(line, own);
      left -= own;
    }
  }
  const units = lines.map((line) => bundled.get(line) ?? 0);
  const list = lines.map((line, index) => (units[index] ?? 0) * (facts.cart.lines[line]?.unitPriceMinor ?? 0));
  const difference = Math.max(0, sum(list) - sets * priceMinor);
  const ranks = lines.map((line) => facts.ranks[line] ?? 0);
  const discounts = allocateByRank(difference, list, ranks).map((discount, index) =>
    Math.min(discount, goods.remaining[lines[index] ?? 0] ?? 0),
  );
  return { sets: complete, units, discounts };
}
