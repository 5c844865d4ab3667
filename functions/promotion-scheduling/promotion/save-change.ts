import type { Cause } from '../../../shared/contracts/define-event.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { type CompileContext, setWith } from './compile-set.ts';
import { maxExclusive, tooManyExclusive } from './exclusive-limit.ts';
import { compiledOf } from './promotion-record.ts';
import type { PromotionChange, PromotionSnapshot, PromotionStore } from './promotion-store.ts';

/** What compiling depends on beside what was read with the promotion. */
export type CompileSettings = Pick<CompileContext, 'priceGuard' | 'storeZone'>;

/**
 * Writes a change of a promotion together with the set that it leads to. Undefined: something changed meanwhile; the caller
 * reads and decides again.
 */
export async function saveChange(
  store: Pick<PromotionStore, 'commit'>,
  change: Omit<PromotionChange, 'set'>,
  snapshot: PromotionSnapshot,
  { priceGuard, storeZone }: CompileSettings,
  cause: Cause,
): Promise<'done' | { refusal: HttpResponse } | undefined> {
  const { now } = cause;
  const { next } = change;
  const compiled = compiledOf(next);
  const isNewInForce = snapshot.current?.inForce?.version !== next.inForce?.version;
  const tooMany =
    compiled && isNewInForce ? tooManyExclusive(compiled, snapshot.set.promotions, storeZone, now) : undefined;
  if (tooMany) {
    const others = tooMany.others.map(({ promotionId, name }) => ({ promotionId, name }));
    const time = new Date(tooMany.at).toISOString();
    const detail = `${others.length} other promotions that are exclusive on the order are in force at ${time}; at most ${maxExclusive} may be. Change the times of one of them, or end it.`;
    return {
      refusal: problem(422, 'too-many-exclusive', detail, {
        errors: [{ pointer: '/exclusive', detail }],
        promotions: others,
      }),
    };
  }
  const set = setWith(snapshot.set, [next], { categories: snapshot.categories, priceGuard, storeZone, now });
  const outcome = await store.commit({ ...change, set }, snapshot, cause);
  if (outcome === 'too-large') return { refusal: tooLarge };
  return outcome === 'done' ? outcome : undefined;
}

const tooLarge = problem(
  422,
  'too-large',
  'All promotions together exceed the limit of the store. End some, or use categories instead of SKUs.',
);
