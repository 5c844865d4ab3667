import type { GoodsScope } from '../../../contracts/promotions/definition.ts';
import { inForce, type InForce } from '../schedule/in-force.ts';
import { canonical, scopeIndex, type ScopeIndex } from './scope.ts';
import type { CompiledPromotion, PromotionSet } from '../types.ts';

type PromotionLevel = 'line' | 'order' | 'gift' | 'shipping';
const levels: readonly PromotionLevel[] = ['line', 'order', 'gift', 'shipping'];

/** A promotion with what evaluation looks up. Scopes are numbers in the index of the set; undefined: all goods. */
export type PreparedPromotion = {
  promotion: CompiledPromotion;
  level: PromotionLevel;
  needsCode: boolean;
  /** Currencies in which all its amounts are stated; undefined: all. */
  currencies: ReadonlySet<string> | undefined;
  scopes: { eligible: number; condition: number; buy: number; get: number };
  /** For buy and get: whether the same goods are bought and given. */
  hasSameGoods: boolean;
  /** State of the schedule at an instant (milliseconds). */
  stateAt: (at: number) => InForce['state'];
};

export type PreparedSet = {
  /** In the order of evaluation: by level, then the larger priority, then id. */
  promotions: readonly PreparedPromotion[];
  /** Promotions of each shared code in its normal form. */
  byCode: ReadonlyMap<string, readonly PreparedPromotion[]>;
  byId: ReadonlyMap<string, PreparedPromotion>;
  index: ScopeIndex;
};

const prepared = new WeakMap<PromotionSet, Map<string, PreparedSet>>();

/** The set, prepared for evaluation. Kept as long as the set is, as preparing takes longer than evaluating. */
export function prepare(set: PromotionSet, timeZone: string): PreparedSet {
  const byZone = prepared.get(set) ?? new Map<string, PreparedSet>();
  prepared.set(set, byZone);
  const known = byZone.get(timeZone) ?? prepareNow(set, timeZone);
  byZone.set(timeZone, known);
  return known;
}

function prepareNow({ promotions, categoryPaths }: PromotionSet, timeZone: string): PreparedSet {
  const index = scopeIndex(categoryPaths);
  const all = promotions
    .map((promotion) => preparePromotion(promotion, index, timeZone))
    .toSorted(
      (a, b) =>
        levels.indexOf(a.level) - levels.indexOf(b.level) ||
        b.promotion.priority - a.promotion.priority ||
        (a.promotion.promotionId < b.promotion.promotionId ? -1 : 1),
    );
  const byCode = new Map<string, PreparedPromotion[]>();
  for (const each of all) {
    for (const code of each.promotion.codes ?? []) byCode.set(code, [...(byCode.get(code) ?? []), each]);
  }
  return { promotions: all, byCode, byId: new Map(all.map((each) => [each.promotion.promotionId, each])), index };
}

function preparePromotion(promotion: CompiledPromotion, index: ScopeIndex, timeZone: string): PreparedPromotion {
  const { discount, eligible, condition, codes, needsCode } = promotion;
  const { buy, get } = discount.kind === 'buy-get' ? discount : {};
  const all: GoodsScope = { all: true };
  return {
    promotion,
    level: discount.kind === 'gift' ? 'gift' : discount.level,
    needsCode: needsCode ?? (codes ?? []).length > 0,
    currencies: currenciesOf(promotion),
    scopes: {
      eligible: index.add(eligible),
      condition: index.add(condition?.of ?? all),
      buy: index.add(buy?.of ?? all),
      get: index.add(get?.of ?? all),
    },
    hasSameGoods: buy !== undefined && get !== undefined && isSame(buy.of, get.of),
    stateAt: memoised((at) => inForce(promotion.schedule, timeZone, at)),
  };
}

/** Keeps the last answer with the period in which it holds. */
function memoised(compute: (at: number) => InForce): (at: number) => InForce['state'] {
  let [from, until, state]: [number, number, InForce['state']] = [Infinity, -Infinity, 'not-now'];
  return (at) => {
    if (at < from || at >= until) {
      ({ state, until } = compute(at));
      from = at;
    }
    return state;
  };
}

function currenciesOf({ discount, condition, capMinor, limits }: CompiledPromotion): ReadonlySet<string> | undefined {
  const amounts = [
    'amountMinor' in discount ? discount.amountMinor : undefined,
    'priceMinor' in discount ? discount.priceMinor : undefined,
    condition?.minSubtotalMinor,
    capMinor,
    limits?.budgetMinor,
  ].filter((each) => each !== undefined);
  const sets = amounts.map((each) => new Set(Object.keys(each)));
  if (discount.kind === 'tiers') {
    const ofTiers = discount.tiers.map(({ fromMinor, amountMinor }) => {
      const [first, ...rest] = [fromMinor, amountMinor].filter((each) => each !== undefined);
      return first && Object.keys(first).filter((currency) => rest.every((each) => Object.hasOwn(each, currency)));
    });
    // A tier without amounts is one of all currencies.
    if (ofTiers.every((each) => each !== undefined)) sets.push(new Set(ofTiers.flat()));
  }
  const [first, ...rest] = sets;
  return first && new Set([...first].filter((currency) => rest.every((each) => each.has(currency))));
}

const isSame = (a: GoodsScope, b: GoodsScope): boolean => canonical(a) === canonical(b);
