import type { Basket } from '../../../shared/pricing/price-basket.ts';
import { inForce, nextChange } from '../../../shared/pricing/promotions/schedule/in-force.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';

const maxInstants = 12;
const maxContexts = 48;

/** Who buys, where and how: everything but the goods. */
export type Buying = Pick<Basket, 'couponCodes' | 'paymentMethod' | 'isFirstOrder' | 'shippingMethod'> & {
  channel: string;
  group: string | undefined;
  country: string | undefined;
};

/** Instants at which the draft is in force with others: its next start, and each change of another one while it lasts. */
export function instantsOf(
  draft: CompiledPromotion,
  others: readonly CompiledPromotion[],
  { timeZone, now }: { timeZone: string; now: number },
): number[] {
  const first =
    inForce(draft.schedule, timeZone, now).state === 'in-force' ? now : nextChange(draft.schedule, timeZone, now)?.at;
  if (first === undefined) return [];
  const instants = new Set([first]);
  for (const { schedule } of others) {
    let at: number | undefined = now;
    for (let step = 0; step < 4 && at !== undefined; step += 1) {
      at = nextChange(schedule, timeZone, at)?.at;
      if (at !== undefined && inForce(draft.schedule, timeZone, at).state === 'in-force') instants.add(at);
    }
  }
  return [...instants].toSorted((a, b) => a - b).slice(0, maxInstants);
}

/**
 * Buyers that get as much as possible: of each channel, group, country, payment and shipping method that a promotion names,
 * with a code of each promotion that needs one. `isAll`: whether all combinations are among them.
 */
export function buyersOf(
  promotions: readonly CompiledPromotion[],
  channel: string,
): { buyers: Buying[]; isAll: boolean } {
  const named = (of: (promotion: CompiledPromotion) => readonly string[] | undefined) => [
    ...new Set(promotions.flatMap((each) => of(each) ?? [])),
  ];
  const codes = named(({ codes: own }) => own?.slice(0, 1));
  const options = {
    channel: orNone(
      named(({ audience }) => audience?.channels),
      channel,
    ),
    group: [undefined, ...named(({ audience }) => audience?.customerGroups)],
    country: orNone(
      named(({ audience }) => audience?.countries),
      undefined,
    ),
    paymentMethod: orNone(
      named(({ audience }) => audience?.paymentMethods),
      undefined,
    ),
  };
  const buyers: Buying[] = [];
  for (const ofChannel of options.channel)
    for (const group of options.group)
      for (const country of options.country)
        for (const paymentMethod of options.paymentMethod)
          buyers.push({ channel: ofChannel, group, country, paymentMethod, isFirstOrder: true, couponCodes: codes });
  return { buyers: buyers.slice(0, maxContexts), isAll: buyers.length <= maxContexts };
}

const orNone = <T>(values: readonly string[], none: T): readonly (string | T)[] =>
  values.length > 0 ? values : [none];
