import type { Mutant } from './mutants.ts';

const held = 'claims of promotions are those of the orders that hold them';

/** Mutants of the limits of promotions. Unit tests of order-intake detect each of them as well. */
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
};
