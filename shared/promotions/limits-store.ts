import { type Database, type Key } from '../dynamodb/database.ts';
import { normalCode } from '../pricing/promotions/coupon-code.ts';
import type { CompiledPromotion, PromotionPolicy, PromotionSet } from '../pricing/promotions/types.ts';
import { CodeItem, codeKey } from './code-item.ts';
import { counterOf, createClaimsStore } from './claims-store.ts';
import { type Buyer, countersOf, type Counts, isNearlyUsedUp, nameOf } from './limit-counters.ts';
import { type LimitState, unreadLimits } from './price-with-limits.ts';

type Rules = { set: PromotionSet; policy: PromotionPolicy };

/** How long the counters of a nearly used up promotion are read with every order of the instance, in milliseconds. */
const watchMs = 10_000;
const maxGifts = 40;

/**
 * Reads limits of promotions for orders. Orders claim most limits without reading them; a promotion of which little is left
 * is read with the orders of the next seconds, so that a claim that must fail is not tried. One per function instance.
 */
export function createLimitReader(db: Database, table: string, clock: () => number = () => performance.now()) {
  const claims = createClaimsStore(db, table);
  let known: Rules | undefined;
  const watched = new Map<string, number>();

  const promotionsOf = (ids: ReadonlySet<string>): CompiledPromotion[] =>
    known ? known.set.promotions.filter(({ promotionId }) => ids.has(promotionId)) : [];

  /** Keys of counters, each of which is read once for all buyers. */
  const keysOf = (promotions: readonly CompiledPromotion[], buyers: readonly Buyer[], { policy }: Rules): Key[] => {
    const keys = promotions.flatMap((promotion) => buyers.flatMap((buyer) => countersOf(promotion, buyer, policy)));
    return [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  };

  function watch(ids: ReadonlySet<string>, [buyer]: readonly Buyer[], counts: Counts, { policy }: Rules) {
    for (const promotion of promotionsOf(ids)) {
      const isLow = buyer !== undefined && isNearlyUsedUp(promotion, buyer, policy, counts);
      if (isLow) watched.set(promotion.promotionId, clock() + watchMs);
    }
  }

  return {
    /** What the first read of orders includes, by the promotions that this instance knows: keys of limits, SKUs of gifts. */
    firstRead(buyers: readonly Buyer[]): { keys: Key[]; gifts: string[]; counted: ReadonlySet<string> } {
      for (const [id, until] of watched) if (until < clock()) watched.delete(id);
      const shared = new Set(known?.set.promotions.flatMap(({ codes = [] }) => codes));
      const codes = new Set(buyers.flatMap((buyer) => buyer.codes).filter((code) => !shared.has(code)));
      const counted = new Set(watched.keys());
      const counters = known ? keysOf(promotionsOf(counted), buyers, known) : [];
      return { keys: [...[...codes].map(codeKey), ...counters], gifts: giftsOf(known, buyers), counted };
    },

    /** The limits in the items of the first read. `rules`: the promotions in force. */
    stateOf(
      items: readonly unknown[],
      { counted, skus, isExact }: Pick<LimitState, 'counted' | 'skus' | 'isExact'>,
      rules: Rules | undefined,
    ): LimitState {
      known = rules;
      if (!rules) return { ...unreadLimits, isExact };
      const codes = items.flatMap((item) => {
        const found = CodeItem.safeParse(item);
        return found.success ? [found.data] : [];
      });
      const counts = new Map(items.flatMap((item) => counterOf(item) ?? []));
      return { isExact, counted, skus, counts, codes: new Map(codes.map((item) => [item.code, item])) };
    },

    /** The limits with the counters of these promotions for these buyers, read consistently. */
    async withCounters(limits: LimitState, ids: readonly string[], buyers: readonly Buyer[]): Promise<LimitState> {
      if (!known || ids.length === 0) return limits;
      const wanted = new Set(ids);
      const read = await claims.counts(keysOf(promotionsOf(wanted), buyers, known));
      const counts = new Map([...limits.counts, ...read]);
      watch(wanted, buyers, counts, known);
      return { ...limits, counts, counted: new Set([...limits.counted, ...ids]) };
    },
  };
}

/** Gifts that one of these buyers may get, as far as that is known before pricing. */
function giftsOf(known: Rules | undefined, buyers: readonly Buyer[]): string[] {
  if (!known) return [];
  const entered = new Set(buyers.flatMap(({ codes }) => codes.map(normalCode)));
  const gifts = known.set.promotions.flatMap(({ discount, codes, needsCode, paused, endedAt }) => {
    if (discount.kind !== 'gift' || paused === true || endedAt !== undefined) return [];
    const isOpen = codes ? codes.some((code) => entered.has(code)) : needsCode !== true || entered.size > 0;
    return isOpen ? discount.gifts : [];
  });
  return [...new Set(gifts)].slice(0, maxGifts);
}
