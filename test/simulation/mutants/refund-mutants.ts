import type { Mutant } from './mutants.ts';

/** Mistakes in refunds, their payout and what comes back. */
export const refundMutants: Record<string, Mutant> = {
  'other-request-is-taken-for-a-replay': {
    file: 'functions/refund-approval/requests/decide.ts',
    from: 'if (earlier?.contentHash === asked.contentHash) return',
    to: 'if (earlier) return',
    detectedBy: 'each request id is one refund',
  },
  'refund-step-without-its-event': {
    file: 'functions/refund-approval/refund/store.ts',
    from: '...events.map((tell) => ({',
    to: '...events.slice(1).map((tell) => ({',
    detectedBy: 'every change of a refund is told',
  },
  'own-request-is-approved': {
    file: 'functions/refund-approval/approvals/decide.ts',
    from: "if (refund.requestedBy === by || refund.amendedBy?.includes(by)) return 'own-request';",
    to: '',
    detectedBy: 'money goes back only if as many others agreed',
  },
  'deadline-that-ends-nothing': {
    file: 'functions/refund-approval/deadlines/deadlines.ts',
    from: 'return expire(refund, account, Math.max(now, Date.parse(dueAt)));',
    to: "return { kind: 'already-done', refund };",
    detectedBy: 'a refund comes to an end',
  },
  'sweep-looks-for-what-is-not-there': {
    file: 'functions/refund-approval/payouts/payout-sweep.ts',
    from: "store.find(statusIndex, 'paying', before, perPage)",
    to: "store.find(statusIndex, 'paid-out', before, perPage)",
    detectedBy: 'a refund comes to an end',
  },
  'rating-over-another': {
    file: 'functions/refund-approval/refund/case.ts',
    from: "if (rating) return { kind: 'already-rated' };",
    to: '',
    detectedBy: 'what somebody was told as decided, withdrawn, received or rated is so',
  },
  'units-beyond-the-line': {
    file: 'functions/refund-approval/refund/allocation.ts',
    from: 'if (quantity <= left.quantity && minor <= left.minor) take(',
    to: 'if (minor <= left.minor) take(',
    detectedBy: 'no pot of an order gives more',
  },
  'account-over-another': {
    file: 'functions/refund-approval/refund/store.ts',
    from: 'Item: { ...account, ...accountKey(account.orderId) }, ...condition } });',
    to: 'Item: { ...account, ...accountKey(account.orderId) } } });',
    detectedBy: 'no pot of an order gives more',
  },
  'payout-under-a-new-key': {
    file: 'functions/refund-approval/payouts/http-provider.ts',
    from: "'idempotency-key': reference,",
    to: "'idempotency-key': `${reference}-${t}`,",
    detectedBy: 'what the payment provider paid back is what refunds paid',
  },
  'payout-is-recorded-before-it-is-made': {
    file: 'functions/refund-approval/payouts/payout.ts',
    from: 'const answer = await repay({ reference, refundId, paymentId, amountMinor, currency, isLate });',
    to: "const answer = await repay({ reference, refundId, paymentId, amountMinor, currency, isLate }).catch(() => ({ kind: 'succeeded' as const }));",
    detectedBy: 'what the payment provider paid back is what refunds paid',
  },
  'cancelled-and-kept': {
    file: 'functions/refund-approval/overpayments/overpayment.ts',
    from: 'if (known.refund || overpaidMinor === 0)',
    to: 'if (known.refund || overpaidMinor >= 0)',
    detectedBy: 'what was paid for cancelled units is refunded',
  },
  'damaged-goods-are-sold-again': {
    file: 'functions/stock-update/returns/post-return.ts',
    from: "...(disposition === 'damaged' && { to: 'damaged' as const }),",
    to: '',
    detectedBy: 'what came back is in the books of stock',
  },
  'parcel-that-is-not-kept': {
    file: 'functions/refund-approval/refund/store.ts',
    from: 'if (receipt) {',
    to: 'if (receipt && account) {',
    detectedBy: 'what came back of a refund is the sum of its parcels',
  },
  'schedule-outlives-the-decision': {
    file: 'functions/refund-approval/deadlines/schedule-deadlines.ts',
    from: ': schedules.remove({ refundId, kind });',
    to: ': undefined;',
    detectedBy: 'what waits has its schedules, and what was decided has none',
  },
};
