import { nameOf } from '../../../../shared/promotions/limit-counters.ts';
import { heldCounters } from '../../../../shared/promotions/promotion-claim.ts';
import { simulatedPromotions } from '../../workload/promotions.ts';
import type { Checker } from '../checkers.ts';
import type { FinalState } from '../final-state.ts';

const ended = new Set(['cancelled', 'expired']);
type Order = FinalState['orders'][number];

const isDiscountedBy = ({ discounts }: Order, promotionId: string) =>
  discounts.some((each) => each.promotionId === promotionId && each.appliedMinor > 0);

/** What an order holds of the counters of a promotion that begin so; undefined if it has none of them. */
function heldOf({ promotionClaims = [] }: Order, promotionId: string, prefix: string): number | undefined {
  const counts = promotionClaims
    .filter((claim) => claim.promotionId === promotionId)
    .flatMap(({ counters }) => Object.entries(counters))
    .flatMap(([counter, count]) => (counter.startsWith(prefix) ? [count] : []));
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

const claimsAreHeld: Checker = {
  name: 'claims of promotions are those of the orders that hold them',
  violations: ({ orders, limitCounters, committed }) => {
    const held = new Map<string, number>();
    for (const order of orders) {
      for (const each of (order.promotionClaims ?? []).flatMap(heldCounters)) {
        held.set(nameOf(each), (held.get(nameOf(each)) ?? 0) + each.count);
      }
    }
    const used = new Map(limitCounters.map((counter) => [nameOf(counter), counter.used]));
    const names = [...new Set([...held.keys(), ...used.keys()])];
    return [
      ...names
        .filter((name) => (held.get(name) ?? 0) !== (used.get(name) ?? 0))
        .map((name) => `${name} is ${used.get(name) ?? 0}, and orders hold ${held.get(name) ?? 0}`),
      ...orders
        .filter(({ status, promotionClaims }) => ended.has(status) && promotionClaims)
        .map(({ orderId, status }) => `${orderId} is ${status} and holds claims`),
      // The check of the night repairs what differed before.
      ...committed
        .filter(({ type }) => type === 'PromotionClaimsRepaired')
        .map(({ data }) => `the check set ${data.counter} from ${data.found} to ${data.expected}`),
    ];
  },
};

const limitsHold: Checker = {
  name: 'no promotion is used more often than its limits allow',
  violations: ({ limitCounters, orders, plan }) => {
    const { storm, flash } = simulatedPromotions(plan);
    const countersOf = (promotionId: string, prefix: string) =>
      limitCounters.filter(({ pk, sk }) => pk === `LIMIT#${promotionId}` && sk.startsWith(prefix));
    const sumOf = (counters: FinalState['limitCounters']) => counters.reduce((sum, { used }) => sum + used, 0);
    const live = orders.filter(({ status }) => !ended.has(status));
    const discounted = live.filter((order) => isDiscountedBy(order, 'storm'));
    const budgets = Map.groupBy(countersOf('storm', 'BUDGET#'), ({ sk }) => sk.slice(0, sk.lastIndexOf('#')));
    const customers = Map.groupBy(discounted, ({ customer }) => customer.id);
    const limits: [what: string, used: number, limit: number | undefined][] = [
      ['uses of storm', Math.max(sumOf(countersOf('storm', 'USES#')), discounted.length), storm.limits?.total],
      ...[...budgets].map(([name, own]): [string, number, number | undefined] => [
        `of storm’s ${name}`,
        sumOf(own),
        storm.limits?.budgetMinor?.GBP,
      ]),
      ...[...customers].map(([id, own]): [string, number, number | undefined] => [
        `uses of storm by ${id}`,
        own.length,
        storm.limits?.perCustomer,
      ]),
      ['units of flash', sumOf(countersOf('flash', 'UNITS#')), flash.limits?.units],
    ];
    return limits.flatMap(([what, used, limit = Infinity]) => (used > limit ? [`${used} ${what}, of ${limit}`] : []));
  },
};

/** Units of an order that are at the price of a flash promotion at most: those of its lines that were not cancelled. */
function unitsAtPrice({ promotionClaims = [], lines }: Order, promotionId: string): number {
  const own = new Set(promotionClaims.flatMap((claim) => (claim.promotionId === promotionId ? claim.lineIds : [])));
  return lines
    .filter(({ lineId, partOf = lineId }) => own.has(partOf))
    .reduce((sum, { quantity, cancelledQuantity = 0 }) => sum + quantity - cancelledQuantity, 0);
}

/** The store's day of an instant, by the calendar of the platform. */
const dayOf = (instant: string) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' }).format(new Date(instant));

const ordersHoldWhatTheyGot: Checker = {
  name: 'an order that gets a limited promotion holds its claim until it is cancelled or expires',
  violations: ({ orders }) =>
    orders
      .filter(({ status }) => !ended.has(status))
      .flatMap((order) => {
        const { orderId, pricing } = order;
        const day = dayOf(pricing?.pricedAt ?? order.placedAt);
        // A counter that is absent is 0 units, of which all were cancelled.
        const flashUnits = heldOf(order, 'flash', 'UNITS#') ?? 0;
        const claims: [promotionId: string, what: string, isHeld: boolean][] = [
          ['storm', 'one use', heldOf(order, 'storm', 'USES#') === 1],
          ['storm', `the budget of ${day}`, (heldOf(order, 'storm', `BUDGET#GBP#${day}#`) ?? 0) > 0],
          ['flash', 'a budget', (heldOf(order, 'flash', 'BUDGET#GBP#total#') ?? 0) > 0],
          ['hour', 'one use of its code', heldOf(order, 'hour', 'CODE#HOUR#') === 1],
        ];
        const missing = claims
          .filter(([promotionId, , isHeld]) => isDiscountedBy(order, promotionId) && !isHeld)
          .map(([promotionId, what]) => `${orderId} gets ${promotionId} and does not hold ${what}`);
        const isExcess = flashUnits > unitsAtPrice(order, 'flash');
        const excess = `${orderId} holds ${flashUnits} units of flash, and has ${unitsAtPrice(order, 'flash')}`;
        return isExcess ? missing.concat(excess) : missing;
      }),
};

const obeyTheClock: Checker = {
  name: 'no order gets a promotion that is not in force',
  violations: ({ orders, observed }) => {
    const { hour, interruptions, orders: responses } = observed;
    const placed = responses.filter(({ status }) => status === 200 || status === 201);
    /** When a caller first knew that the order was placed. */
    const known = new Map<string, number>();
    for (const { channel, sent, receivedAt } of placed) {
      const key = `${channel} ${sent.externalOrderId}`;
      known.set(key, Math.min(receivedAt, known.get(key) ?? Infinity));
    }
    return orders.flatMap((order) => {
      const { orderId, channel, externalOrderId, pricing } = order;
      if (pricing?.pricedAt === undefined) return [];
      const at = Date.parse(pricing.pricedAt);
      const placedBefore = known.get(`${channel} ${externalOrderId}`) ?? Infinity;
      // Between both times, the functions may have read the promotions at any moment.
      const interrupted = interruptions
        .filter(({ promotionId, from, to }) => isDiscountedBy(order, promotionId) && at >= from && placedBefore <= to)
        .map(({ promotionId }) => `${orderId} gets ${promotionId} while it is paused, switched off or ended`);
      const isOutside = isDiscountedBy(order, 'hour') && (at < hour.from || at >= hour.to);
      return isOutside
        ? interrupted.concat(`${orderId} of ${pricing.pricedAt} gets hour out of its time`)
        : interrupted;
    });
  },
};

const announcedOnce: Checker = {
  name: 'each start and end of a promotion is announced once, at its time, and leaves no schedule',
  violations: ({ committed, observed, promotionSchedules }) => {
    const eventsOf = (promotionId: string) =>
      committed
        .filter(({ type, data }) => /^Promotion(Started|Ended)$/.test(type) && data.promotionId === promotionId)
        .map(({ type, data }) => ({ type, at: Date.parse(data.at) }))
        .toSorted((a, b) => a.at - b.at);
    const last = { storm: 'PromotionStarted', flash: 'PromotionEnded', hour: 'PromotionEnded' };
    const sequences = Object.entries(last).flatMap(([promotionId, lastType]) => {
      const types = eventsOf(promotionId).map(({ type }) => type);
      const isAlternating = types.every((type, index) => type === `Promotion${index % 2 === 0 ? 'Started' : 'Ended'}`);
      return isAlternating && types.at(-1) === lastType ? [] : [`${promotionId}: ${types.join(', ') || 'nothing'}`];
    });
    const { from, to } = observed.hour;
    const times = eventsOf('hour').map(({ at }) => at);
    const isAtTime = times.length === 2 && times[0] === from && times[1] === to;
    const isoOf = (ms: number) => new Date(ms).toISOString();
    return [
      ...sequences,
      ...(isAtTime ? [] : [`hour is announced at ${times.map(isoOf).join(', ')}, not ${isoOf(from)}, ${isoOf(to)}`]),
      ...promotionSchedules.map((name) => `the schedule ${name} remains`),
    ];
  },
};

export const promotionCheckers: Checker[] = [
  claimsAreHeld,
  limitsHold,
  ordersHoldWhatTheyGot,
  obeyTheClock,
  announcedOnce,
];
