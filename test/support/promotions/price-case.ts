import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { priceBasket, type PricedBasket } from '../../../shared/pricing/price-basket.ts';
import { rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import type { CompiledPromotion, Remaining } from '../../../shared/pricing/promotions/types.ts';
import { lineTotalOf } from '../../../shared/pricing/sent-amounts.ts';
import { aSku } from '../builders.ts';
import { compiledOf } from './case-definition.ts';
import type { CaseCart, ExpectedCart, PromotionCase } from './case-file.ts';

/** A Wednesday on which promotions without another time are in force. */
const ordinaryMoment = '2026-06-17T12:00:00Z';
const ample = 1_000_000_000;

/** Prices a cart of a case by the function that prices quotes and orders. */
export function priceCase(
  { store, catalog, promotions, categoryPaths = {} }: PromotionCase,
  cart: CaseCart,
  price = priceBasket,
) {
  const { currency, shippingMethods, codePolicy = 'lenient', maxOrderDiscountBasisPoints, timeZone } = store;
  const compiled = promotions.map((each) => compiledOf({ ...each, ...cart.overrides?.[each.id] }));
  const resolution = cart.resolution ?? store.resolution;
  const policy = { resolution, codePolicy, maxOrderDiscountBasisPoints, timeZone, foldsEmailTags: false };
  const skus = new Map(Object.entries(catalog).map(([sku, each]) => [sku, skuOf(sku, each, currency)]));
  const set = {
    version: 1,
    promotions: compiled,
    categoryPaths,
    minMarginBasisPoints: { default: 0, byCategory: {} },
  };
  const groups = [
    ...new Set(Object.values(catalog).flatMap(({ groupPriceMinor }) => Object.keys(groupPriceMinor ?? {}))),
  ];
  const lists = groups.map((group) => ({
    listId: group,
    name: group,
    currency,
    customerGroups: [group],
    priority: 1,
    version: 1,
  }));
  const deployed = {
    taxIncluded: store.taxIncluded,
    taxBasisPoints: { standard: 0, ...store.taxBasisPoints },
    shippingMethods,
  };
  const at = Date.parse(cart.at ?? ordinaryMoment);
  return price(
    {
      currency,
      channel: { channel: cart.channel ?? 'storefront', pricesItself: false },
      customer: { ...cart.customer, group: cart.customer?.groups?.[0] },
      isFirstOrder: cart.isFirstOrder,
      paymentMethod: cart.paymentMethod,
      couponCodes: cart.couponCodes,
      shippingMethod: cart.shippingMethod,
      destination: cart.country === undefined ? undefined : { country: cart.country },
      lines: cart.lines.map(({ sku, quantity }, index) => ({ sku, quantity, pointer: `/lines/${index}` })),
      at,
      now: at,
    },
    skus,
    rulesOf(deployed, {}, lists, { set, policy }),
    {
      available: new Map([...skus.keys()].map((sku) => [sku, cart.stock?.[sku] ?? ample])),
      remaining: new Map(compiled.map((each) => [each.promotionId, remainingOf(each, cart, currency)])),
    },
  );
}

const skuOf = (sku: string, given: PromotionCase['catalog'][string], currency: string): SkuRecord => {
  const { priceMinor, taxCategory, category, groupPriceMinor = {}, floorMinor: costMinor, product, attributes } = given;
  const from = '2020-01-01T00:00:00Z';
  const prices = Object.entries(groupPriceMinor).map(([listId, unitPriceMinor]) => ({
    listId,
    from,
    breaks: [{ minQuantity: 1, unitPriceMinor }],
  }));
  const membership = { productId: product ?? sku, status: 'published' as const, attributes };
  const ofProduct = product === undefined && attributes === undefined ? undefined : membership;
  return aSku({ sku, priceMinor, currency, taxCategory, category, prices, costMinor, product: ofProduct });
};

function remainingOf({ limits = {} }: CompiledPromotion, cart: CaseCart, currency: string): Remaining {
  const budget = new Map(Object.entries(limits.budgetMinor ?? {})).get(currency);
  const left = (limit: number | undefined, used = 0) => limit && Math.max(0, limit - used);
  return {
    uses: left(limits.total, cart.uses),
    customerUses: left(limits.perCustomer, cart.customerUses),
    units: left(limits.units, cart.units),
    budgetMinor: left(budget, cart.spent),
  };
}

type CartOutcome = { [K in Exclude<keyof ExpectedCart, 'validation'>]-?: NonNullable<ExpectedCart[K]> };

/** The amounts of a priced cart as case files have them. */
export function outcomeOf({ lines, totals, promotions }: PricedBasket, cart: CaseCart): CartOutcome {
  const { applied, notApplied, codes, claims } = promotions;
  const goods = applied.filter(({ target }) => target !== 'shipping');
  const amounts = (some: typeof applied) =>
    Object.fromEntries(some.map(({ promotionId, discountMinor }) => [promotionId, discountMinor]));
  return {
    lines: lines.map((line, index) => ({
      lineId: line.gift === undefined ? (cart.lines[index]?.lineId ?? '') : `gift-${line.gift}`,
      discountMinor: line.discountMinor,
      taxMinor: line.taxMinor,
      totalMinor: lineTotalOf(line, totals.taxIncluded),
      discounts: Object.fromEntries(
        goods.flatMap(({ promotionId, lines: shares }) =>
          shares.filter((share) => share.line === index).map((share) => [promotionId, share.discountMinor]),
        ),
      ),
    })),
    subtotalMinor: totals.subtotalMinor,
    discountMinor: totals.discountMinor,
    shippingMinor: totals.shippingMinor,
    taxMinor: totals.taxMinor,
    totalMinor: totals.totalMinor,
    applied: amounts(applied),
    notApplied: Object.fromEntries(notApplied.map(({ promotionId, name: _name, ...reason }) => [promotionId, reason])),
    codes: codes.map(({ code, outcome }) => ({ code, outcome })),
    shippingDiscounts: amounts(applied.filter(({ target }) => target === 'shipping')),
    trimmed: Object.fromEntries(
      applied.flatMap(({ promotionId, trimmed }) => (trimmed ? [[promotionId, trimmed]] : [])),
    ),
    claims: Object.fromEntries(
      claims.map(({ promotionId, uses, units, budgetMinor }) => [promotionId, present({ uses, units, budgetMinor })]),
    ),
  };
}

const present = (amounts: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(amounts).flatMap(([name, amount]) => (amount === undefined ? [] : [[name, amount]])),
  );

/** What a quote has beside what a case expects: members that the case does not state are left out. */
export function comparable(actual: CartOutcome, expect: ExpectedCart): Partial<ExpectedCart> {
  const { codes, trimmed, claims, shippingDiscounts, ...always } = actual;
  return {
    ...always,
    ...(expect.codes && { codes }),
    ...(expect.trimmed && { trimmed }),
    ...(expect.claims && { claims }),
    ...((expect.shippingDiscounts !== undefined || Object.keys(shippingDiscounts).length > 0) && {
      shippingDiscounts,
    }),
  };
}
