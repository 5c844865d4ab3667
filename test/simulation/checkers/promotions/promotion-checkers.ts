import { nameOf } from '../../../../shared/promotions/limit-counters.ts';
import { heldCounters } from '../../../../shared/promotions/promotion-claim.ts';
import { simulatedPromotions } from '../../workload/promotions.ts';
import type { Checker } from '../checkers.ts';

const ended = new Set(['cancelled', 'expired']);

const claimsAreHeld: Checker = {
  name: 'claims of promotions are those of the orders that hold them',
  violations: ({ orders, limitCounters }) => {
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
    ];
  },
};

const limitsHold: Checker = {
  name: 'no promotion is used more often than its limits allow',
  violations: ({ limitCounters, orders, plan }) =>
    simulatedPromotions(plan).flatMap(({ promotionId, limits = {} }) => {
      const sumOf = (prefix: string) =>
        limitCounters
          .filter(({ pk, sk }) => pk === `LIMIT#${promotionId}` && sk.startsWith(prefix))
          .reduce((sum, { used }) => sum + used, 0);
      const own = orders.filter(({ status }) => !ended.has(status));
      const discounted = own.filter(({ discounts }) =>
        discounts.some((each) => each.promotionId === promotionId && each.appliedMinor > 0),
      ).length;
      const { total = Infinity, units = Infinity } = limits;
      const uses = Math.max(sumOf('USES#'), discounted);
      const exceeded = [
        uses > total ? `${promotionId} has ${uses} uses of ${total}` : undefined,
        sumOf('UNITS#') > units ? `${promotionId} has ${sumOf('UNITS#')} units of ${units}` : undefined,
      ];
      return exceeded.filter((sentence) => sentence !== undefined);
    }),
};

export const promotionCheckers: Checker[] = [claimsAreHeld, limitsHold];
