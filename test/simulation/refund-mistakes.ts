import type { BrokenBuild } from './broken-builds.ts';

/** Mistakes in refunds, their payout and what comes back. */
export const refundMistakes: Record<string, BrokenBuild> = {
  'other-request-is-taken-for-a-replay': {
    file: 'functions/refund-approval/requests/decide.ts',
    from: 'if (earlier?.contentHash === asked.contentHash) return',
    to: 'if (earlier) return',
    breaks: 'each request id is one refund',
  },
  'refund-step-without-its-event': {
    file: 'functions/refund-approval/refund/store.ts',
    from: '...events.map((tell) => ({',
    to: '...events.slice(1).map((tell) => ({',
    breaks: 'every change of a refund is told',
  },
  'own-request-is-approved': {
    file: 'functions/refund-approval/approvals/approving.ts',
    from: "if (refund.requestedBy === by || refund.amendedBy?.includes(by)) return 'own-request';",
    to: '',
    breaks: 'money goes back only if as many others agreed',
  },
  'deadline-that-ends-nothing': {
    file: 'functions/refund-approval/deadlines/waiting.ts',
    from: 'return expire(refund, account, Math.max(now, Date.parse(dueAt)));',
    to: "return { kind: 'already-done', refund };",
    breaks: 'a refund comes to an end',
  },
  'sweep-looks-for-what-is-not-there': {
    file: 'functions/refund-approval/payouts/payout-sweep.ts',
    from: "store.find(statusIndex, 'paying', before, perPage)",
    to: "store.find(statusIndex, 'paid-out', before, perPage)",
    breaks: 'a refund comes to an end',
  },
  'rating-over-another': {
    file: 'functions/refund-approval/refund/case.ts',
    from: "if (rating) return { kind: 'already-rated' };",
    to: '',
    breaks: 'what somebody was told as decided, withdrawn, received or rated is so',
  },
  'units-beyond-the-line': {
    file: 'functions/refund-approval/refund/allocation.ts',
    from: 'if (quantity <= left.quantity && minor <= left.minor) take(',
    to: 'if (minor <= left.minor) take(',
    breaks: 'no pot of an order gives more',
  },
  'account-over-another': {
    file: 'functions/refund-approval/refund/store.ts',
    from: 'Item: { ...account, ...accountKey(account.orderId) }, ...condition } });',
    to: 'Item: { ...account, ...accountKey(account.orderId) } } });',
    breaks: 'no pot of an order gives more',
  },
  'payout-under-a-new-key': {
    file: 'functions/refund-approval/payouts/http-provider.ts',
    from: "'idempotency-key': reference,",
    to: "'idempotency-key': `${reference}-${t}`,",
    breaks: 'what the payment provider paid back is what refunds paid',
  },
  'payout-is-recorded-before-it-is-made': {
    file: 'functions/refund-approval/payouts/payout.ts',
    from: 'const answer = await repay({ reference, refundId, paymentId, amountMinor, currency, isLate });',
    to: "const answer = await repay({ reference, refundId, paymentId, amountMinor, currency, isLate }).catch(() => ({ kind: 'succeeded' as const }));",
    breaks: 'what the payment provider paid back is what refunds paid',
  },
  'cancelled-and-kept': {
    file: 'functions/refund-approval/overpayments/overpaid.ts',
    from: 'if (known.refund || overpaidMinor === 0)',
    to: 'if (known.refund || overpaidMinor >= 0)',
    breaks: 'what was paid for cancelled units is refunded',
  },
  'damaged-goods-are-sold-again': {
    file: 'functions/stock-update/returned.ts',
    from: "...(disposition === 'damaged' && { to: 'damaged' as const }),",
    to: '',
    breaks: 'what came back is in the books of stock',
  },
  'parcel-that-is-not-kept': {
    file: 'functions/refund-approval/refund/store.ts',
    from: 'if (receipt) {',
    to: 'if (receipt && account) {',
    breaks: 'what came back of a refund is the sum of its parcels',
  },
  'schedule-outlives-the-decision': {
    file: 'functions/refund-approval/deadlines/arrange.ts',
    from: ': schedules.remove({ refundId, kind });',
    to: ': undefined;',
    breaks: 'what waits has its schedules, and what was decided has none',
  },
};
