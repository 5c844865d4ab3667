import type { Mutant } from './mutants.ts';

const held = 'claims of promotions are those of the orders that hold them';
const inForce = 'no order gets a promotion that is not in force';
const got = 'an order that gets a limited promotion holds its claim until it is cancelled or expires';

/** Mutants of the limits of promotions, and of when they are in force. */
export const promotionMutants: Record<string, Mutant> = {
  'claim-without-condition': {
    file: 'shared/promotions/limit-counters.ts',
    from: "'attribute_not_exists(#used) OR #used <= :room' : '#used <= :room',",
    to: "'attribute_not_exists(#used) OR #used <= :room OR #used > :room' : '#used <= :room',",
    detectedBy: 'no promotion is used more often than its limits allow',
  },
  'order-without-claim': {
    file: 'functions/order-intake/order/placement-store.ts',
    from: '        ...claimActions(promotions, newOrder.claims),\n',
    to: '',
    detectedBy: held,
  },
  'queued-orders-without-claim': {
    file: 'functions/order-intake/order/placement-store.ts',
    from: '        ...claimActions(promotions, { counters, codes }),\n',
    to: '',
    detectedBy: held,
  },
  'claim-not-released': {
    file: 'functions/order-intake/order/order-store.ts',
    from: '        ...releaseActions(promotions, before, order),\n',
    to: '',
    detectedBy: held,
  },
  'expired-order-holds-claim': {
    file: 'functions/order-intake/order/life-cycle.ts',
    from: "status !== 'cancelled' && status !== 'expired';",
    to: "status !== 'cancelled' || status === 'cancelled';",
    detectedBy: held,
  },
  'claim-released-twice': {
    file: 'shared/promotions/limit-counters.ts',
    from: "':count': -count",
    to: "':count': -2 * count",
    detectedBy: held,
  },
  // The simulation found this one: the nightly check lowered the counters of orders that channels had sent late.
  'check-overlooks-late-orders': {
    file: 'functions/promotion-scheduling/claim-checks/claim-check-store.ts',
    from: 'Math.max(orderAgeDays * dayMs, maxQueuedMs)',
    to: 'Math.min(orderAgeDays * dayMs, maxQueuedMs)',
    detectedBy: held,
  },
  'order-claims-nothing': {
    file: 'functions/order-intake/order/decide.ts',
    from: 'if (!rules || outcome.applied.length === 0) return',
    to: 'if (!rules || outcome.applied.length >= 0) return',
    detectedBy: got,
  },
  'budget-of-another-day': {
    file: 'shared/promotions/budget-period.ts',
    from: 'const day = dayIn(timeZone, at);',
    to: 'const day = daysBefore(dayIn(timeZone, at), 1);',
    detectedBy: got,
  },
  'flash-units-not-released': {
    file: 'shared/promotions/promotion-claim.ts',
    from: 'const units = Math.min(count, left);',
    to: 'const units = count;',
    detectedBy: got,
  },
  'paused-promotion-applies': {
    file: 'shared/pricing/promotions/candidates/gates.ts',
    from: "if (isDisabled || paused) return 'paused';",
    to: "if (isDisabled) return 'paused';",
    detectedBy: inForce,
  },
  'ended-promotion-applies': {
    file: 'shared/pricing/promotions/candidates/gates.ts',
    from: "if (endedAt !== undefined && at >= endedAt && state !== 'not-started') return 'ended';",
    to: '',
    detectedBy: inForce,
  },
  'schedule-without-end': {
    file: 'shared/pricing/promotions/schedule/in-force.ts',
    from: "if (at >= end) return { state: 'ended', until: Infinity };",
    to: "if (at >= end) return { state: 'in-force', until: Infinity };",
    detectedBy: inForce,
  },
  'end-is-not-announced': {
    file: 'functions/promotion-scheduling/announcements/announcements.ts',
    from: '    inForce = isNow;\n',
    to: '',
    detectedBy: 'each start and end of a promotion is announced once',
  },
};
