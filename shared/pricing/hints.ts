import type { SkuRecord } from '../catalog/sku-item.ts';
import { ownValue } from '../input/own-value.ts';
import type { Basket, PricedBasket } from './price-basket.ts';
import { prepare, type PreparedPromotion, type PreparedSet } from './promotions/candidates/prepared-set.ts';
import { goodsOf } from './promotions/promotions-of.ts';
import type { NotApplied, PromotionPolicy, PromotionSet } from './promotions/types.ts';
import type { Invalid } from './sellable.ts';

/** One change of a basket that makes a promotion apply, and what the basket costs then. */
export type Hint = {
  promotionId: string;
  /** SKU to add, and its units. */
  sku: string;
  addUnits: number;
  /** Price of the units to add, before discounts. */
  addMinor: number;
  /** Total of the larger basket, as `priceBasket` gives it. */
  newTotalMinor: number;
};

/** Baskets that are priced for the hints of a quote, so that a quote with many promotions is not much slower. */
const maxPriced = 8;
/** More units are no small change. */
const maxAddedUnits = 1000;

type Wanted = {
  basket: Basket;
  priced: PricedBasket;
  skus: ReadonlyMap<string, SkuRecord>;
  promotions: { set: PromotionSet; policy: PromotionPolicy };
  /** Prices another basket by the same SKUs, rules and state. */
  price: (basket: Basket) => PricedBasket | { refusal: Invalid };
};

/**
 * For promotions that nearly apply, the cheapest addition of one SKU that makes them apply: of a SKU that the basket has, or
 * that completes a bundle. Each hint is the price of that basket.
 */
export function hintsOf({ basket, priced, skus, promotions, price }: Wanted): Hint[] {
  const { set, policy } = promotions;
  const prepared = prepare(set, policy.timeZone);
  const cart = cartOf(priced, skus, prepared);
  const hints: Hint[] = [];
  let tries = 0;
  for (const missed of priced.promotions.notApplied) {
    const promotion = prepared.byId.get(missed.promotionId);
    if (!promotion) continue;
    const additions = additionsFor(missed, promotion, cart, basket.currency)
      .filter(({ units }) => units > 0 && units <= maxAddedUnits)
      .toSorted((a, b) => a.units * a.unitPriceMinor - b.units * b.unitPriceMinor || (a.sku < b.sku ? -1 : 1));
    for (const { sku, units } of additions) {
      if (tries === maxPriced) return hints;
      tries += 1;
      const larger = price(withUnits(basket, sku, units));
      if ('refusal' in larger) continue;
      if (!larger.promotions.applied.some(({ promotionId }) => promotionId === missed.promotionId)) continue;
      hints.push({
        promotionId: missed.promotionId,
        sku,
        addUnits: units,
        addMinor: units * (larger.lines.find((line) => line.sku === sku)?.unitPriceMinor ?? 0),
        newTotalMinor: larger.totals.totalMinor,
      });
      break;
    }
  }
  return hints;
}

/** The basket with more units of a SKU, on its first line of that SKU or on a new one. */
export function withUnits(basket: Basket, sku: string, units: number): Basket {
  const index = basket.lines.findIndex((line) => line.sku === sku);
  if (index === -1) {
    return { ...basket, lines: [...basket.lines, { sku, quantity: units, pointer: `/lines/${basket.lines.length}` }] };
  }
  const more = (line: Basket['lines'][number]) => ({ ...line, quantity: line.quantity + units });
  return { ...basket, lines: basket.lines.map((line, each) => (each === index ? more(line) : line)) };
}

type Line = { sku: string; quantity: number; unitPriceMinor: number };
type HintCart = { lines: readonly Line[]; linesIn: (scope: number) => readonly Line[] };

function cartOf({ lines }: PricedBasket, skus: ReadonlyMap<string, SkuRecord>, { index }: PreparedSet): HintCart {
  const ordered = lines.filter(({ gift }) => gift === undefined);
  const inScope = index.linesIn(ordered.map((line) => goodsOf(line.sku, skus.get(line.sku))));
  return {
    lines: ordered,
    linesIn: (scope) => inScope(scope).flatMap((line) => ordered[line] ?? []),
  };
}

type Addition = { sku: string; units: number; unitPriceMinor: number };

/** Units of each SKU that may be what is missing. Whether they are, the price of that basket says. */
function additionsFor(
  { reason, missingMinor, missingUnits }: NotApplied,
  { promotion, scopes }: PreparedPromotion,
  cart: HintCart,
  currency: string,
): Addition[] {
  const { discount, condition } = promotion;
  if (reason === 'below-threshold') {
    const isCondition =
      condition?.minUnits !== undefined || ownValue(condition?.minSubtotalMinor ?? {}, currency) !== undefined;
    const counted = cart.linesIn(isCondition ? scopes.condition : scopes.eligible);
    return bySku(counted, ({ unitPriceMinor }) =>
      missingUnits === undefined ? unitsFor(missingMinor ?? 0, unitPriceMinor) : missingUnits,
    );
  }
  if (reason !== 'not-enough-units') return [];
  if (discount.kind === 'bundle') return missingOfBundle(discount.bundle, cart);
  if (discount.kind !== 'buy-get') return [];
  const buy = cart.linesIn(scopes.buy);
  const get = cart.linesIn(scopes.get);
  const [bought, given] = [new Set(buy), new Set(get)];
  const all = [...new Set([...buy, ...get])];
  // A set needs units of each side, and a unit counts on one side only.
  const lacking = discount.buy.units + discount.get.units - unitsOf(all);
  return bySku(all, (line) =>
    Math.max(
      lacking,
      bought.has(line) ? discount.buy.units - unitsOf(buy) : 0,
      given.has(line) ? discount.get.units - unitsOf(get) : 0,
    ),
  );
}

const unitsFor = (missingMinor: number, unitPriceMinor: number): number =>
  unitPriceMinor === 0 ? 0 : Math.ceil(missingMinor / unitPriceMinor);

const unitsOf = (lines: readonly Line[]): number => lines.reduce((units, { quantity }) => units + quantity, 0);

const bySku = (lines: readonly Line[], unitsToAdd: (line: Line) => number): Addition[] =>
  [...new Map(lines.map((line) => [line.sku, line])).values()].map((line) => ({
    sku: line.sku,
    unitPriceMinor: line.unitPriceMinor,
    units: unitsToAdd(line),
  }));

/** The one SKU of which a bundle has too few units. */
function missingOfBundle(bundle: Readonly<Record<string, number>>, { lines }: HintCart): Addition[] {
  const missing = Object.entries(bundle).flatMap(([sku, needed]) => {
    const own = lines.filter((line) => line.sku === sku);
    const units = needed - unitsOf(own);
    return units > 0 ? [{ sku, units, unitPriceMinor: own[0]?.unitPriceMinor ?? 0 }] : [];
  });
  return missing.length === 1 ? missing : [];
}
