import { ownValue } from '../../../input/own-value.ts';
import { percentOf, sum } from '../amounts.ts';
import type { Facts } from '../candidates/facts.ts';
import type { Obstacle } from '../candidates/gates.ts';
import { bundleDiscounts } from '../kinds/bundle.ts';
import { givenUnits } from '../kinds/buy-get.ts';
import { chooseGift } from '../kinds/gift.ts';
import { type Discounts, lineDiscounts, type Rule } from '../kinds/line-discount.ts';
import { orderDiscounts } from '../kinds/order-discount.ts';
import { tierRule } from '../kinds/tiers.ts';
import { type Goods, isPartial, percentOfUnits } from '../kinds/units.ts';
import type { Ledger, Proposal } from './ledger.ts';
import type { PreparedPromotion } from '../candidates/prepared-set.ts';
import { budgetOf, capOf } from './trims.ts';

/** What a promotion of goods would discount before its caps, or why its goods are not in the cart. */
export function proposeGoods(prepared: PreparedPromotion, facts: Facts, ledger: Ledger): Proposal | Obstacle {
  const { promotion, scopes } = prepared;
  const { discount } = promotion;
  const { cart, linesIn } = facts;
  const lines = openLines(prepared, linesIn(scopes.eligible), ledger);
  const goods: Goods = { facts, remaining: ledger.remaining, lines, quota: quotaOf(prepared, facts) };
  switch (discount.kind) {
    case 'percent':
    case 'amount':
    case 'fixed-price':
    case 'tiers': {
      const rule =
        discount.kind === 'tiers'
          ? tierRule(discount, prepared, facts, ledger.remaining)
          : ruleOf(discount, cart.currency);
      if ('reason' in rule) return rule;
      if (lines.length === 0) return { reason: 'no-eligible-lines' };
      const discounts =
        discount.level === 'order' && rule.kind !== 'fixed-price'
          ? orderDiscounts(rule, goods)
          : lineDiscounts(rule, goods);
      const isQuota = goods.quota !== Infinity && isPartial(goods, sum(discounts.units));
      return proposalOf(lines, discounts, isQuota ? 'quota' : undefined);
    }
    case 'buy-get': {
      const buy = inBoth(linesIn(scopes.buy), lines);
      const sides = { buy, get: scopes.get === scopes.buy ? buy : inBoth(linesIn(scopes.get), lines) };
      const { hasSameGoods } = prepared;
      const { sets, units } = givenUnits(discount, sides, { facts, quota: goods.quota, hasSameGoods });
      if (sets === 0) return { reason: 'not-enough-units' };
      const given = { ...goods, lines: [...units.keys()] };
      const counts = [...units.values()];
      const rate = discount.get.basisPoints;
      const amounts = given.lines.map((line, index) => percentOfUnits(given, line, counts[index] ?? 0, rate));
      const trimmed = sum(counts) < sets * discount.get.units ? 'quota' : undefined;
      return proposalOf(given.lines, { discounts: amounts, units: counts }, trimmed);
    }
    case 'bundle': {
      const priceMinor = ownValue(discount.priceMinor, cart.currency) ?? 0;
      const { bundle, maxTimes } = discount;
      const bundled = bundleDiscounts({ bundle, maxTimes, priceMinor }, goods);
      if (bundled.sets === 0) return { reason: 'not-enough-units' };
      const trimmed = sum(bundled.units) < bundled.sets * sum(Object.values(bundle)) ? 'quota' : undefined;
      return proposalOf(bundled.lines, bundled, trimmed);
    }
    case 'gift':
      return linesIn(scopes.eligible).length === 0 ? { reason: 'no-eligible-lines' } : noDiscount;
    default:
      return discount satisfies never;
  }
}

/** The lines that are in two lists, of which each is ascending. */
function inBoth(lines: readonly number[], others: readonly number[]): readonly number[] {
  if (lines === others) return lines;
  let next = 0;
  return lines.filter((line) => {
    while ((others[next] ?? Infinity) < line) next += 1;
    return others[next] === line;
  });
}

/** Lines on which no promotion is exclusive, and for an exclusive one those that have no discount. */
function openLines({ promotion }: PreparedPromotion, lines: readonly number[], ledger: Ledger): readonly number[] {
  if (promotion.exclusive === 'line') {
    return lines.filter((line) => ledger.isDiscounted[line] !== true && ledger.isLocked[line] !== true);
  }
  return ledger.hasLocks ? lines.filter((line) => ledger.isLocked[line] !== true) : lines;
}

const noDiscount: Proposal = { lines: [], discounts: [], discountMinor: 0, units: 0 };

/** Units that the promotion may still discount; Infinity without a limit. */
export const quotaOf = ({ promotion: { limits, promotionId } }: PreparedPromotion, { cart }: Facts): number =>
  Math.min(limits?.units ?? Infinity, cart.remaining.get(promotionId)?.units ?? Infinity);

type SimpleDiscount = Extract<
  PreparedPromotion['promotion']['discount'],
  { kind: 'percent' | 'amount' | 'fixed-price' }
>;

/** The rule of a discount in a currency, in which all amounts of the promotion are stated. */
function ruleOf(discount: SimpleDiscount, currency: string): Rule {
  switch (discount.kind) {
    case 'percent':
      return { kind: 'percent', basisPoints: discount.basisPoints };
    case 'amount': {
      const amountMinor = ownValue(discount.amountMinor, currency) ?? 0;
      return { kind: 'amount', amountMinor, includesTax: discount.amountIncludesTax === true };
    }
    case 'fixed-price':
      return { kind: 'fixed-price', priceMinor: ownValue(discount.priceMinor, currency) ?? 0 };
    default:
      return discount satisfies never;
  }
}

function proposalOf(lines: readonly number[], { discounts, units }: Discounts, trimmed: 'quota' | undefined): Proposal {
  let [discounted, discountMinor] = [0, 0];
  for (let index = 0; index < discounts.length; index += 1) {
    const discount = discounts[index] ?? 0;
    if (discount === 0) continue;
    discountMinor += discount;
    discounted += units[index] ?? 0;
  }
  return { lines, discounts, discountMinor, units: discounted, trimmed };
}

/** The gift of a promotion, or why there is none. A gift is given whole or not at all. */
export function proposeGift(
  prepared: PreparedPromotion,
  facts: Facts,
  ledger: Ledger,
): Proposal | (Obstacle & { missing?: Ledger['missingGift'] }) {
  const { discount } = prepared.promotion;
  if (discount.kind !== 'gift') return { reason: 'nothing-left' };
  const chosen = chooseGift(discount, facts, ledger, quotaOf(prepared, facts));
  if ('requested' in chosen) {
    return { reason: 'gift-out-of-stock', missing: discount.ifOutOfStock === 'refuse' ? chosen : undefined };
  }
  const { sku, quantity, priceMinor } = chosen;
  const discountMinor = quantity * priceMinor;
  if (discountMinor > capOf(prepared, facts)) return { reason: 'nothing-left' };
  if (discountMinor > facts.maxDiscountMinor - ledger.goodsDiscountMinor) return { reason: 'order-cap' };
  if (discountMinor > budgetOf(prepared, facts)) return { reason: 'budget-exhausted' };
  const trimmed = quantity < (discount.units ?? 1) ? 'quota' : undefined;
  return { lines: [], discounts: [], discountMinor, units: quantity, gift: { sku, quantity }, trimmed };
}

/** The discount of what is left of the price of shipping. An amount that contains tax is converted for goods only. */
export function proposeShipping(prepared: PreparedPromotion, facts: Facts, ledger: Ledger): Proposal | Obstacle {
  const { discount, limits } = prepared.promotion;
  const { shippingMinor } = ledger;
  let discountMinor = 0;
  if (discount.kind === 'percent') discountMinor = percentOf(shippingMinor, discount.basisPoints);
  else if (discount.kind === 'amount') {
    discountMinor = Math.min(ownValue(discount.amountMinor, facts.cart.currency) ?? 0, shippingMinor);
  }
  if (discountMinor === 0) return { reason: 'nothing-left' };
  const cap = capOf(prepared, facts);
  const capped = Math.min(discountMinor, cap);
  const budget = budgetOf(prepared, facts);
  const isExhausted = budget <= 0 || (capped > budget && limits?.budgetPolicy !== 'partial');
  if (isExhausted) return { reason: 'budget-exhausted' };
  const trimmed = capped > budget ? 'budget' : capped < discountMinor ? 'promotion-cap' : undefined;
  return { lines: [], discounts: [], discountMinor: Math.min(capped, budget), units: 1, trimmed };
}
