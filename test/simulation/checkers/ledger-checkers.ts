import type { Checker } from './checkers.ts';

/** Payments of an order that was refused wait for ever: the nightly check of the ledger names them. */
const nothingWaits: Checker = {
  name: 'no placed order waits in the ledger for its placement',
  violations: ({ waitingInLedger, committed }) => {
    const placed = new Set(
      committed.filter(({ type }) => type === 'OrderPlaced').map(({ data }) => String(data.orderId)),
    );
    return waitingInLedger
      .filter((orderId) => placed.has(orderId))
      .map((orderId) => `${orderId} waits, and was placed`);
  },
};

export const ledgerCheckers: Checker[] = [nothingWaits];
