import type { Mutant } from './mutants.ts';

/** Mutants of refunds, payouts and returns. */
export const refundMutants: Record<string, Mutant> = {
  'other-refund-request-as-replay': {
    file: 'functions/refund-approval/requests/decide.ts',
    from: 'if (earlier?.contentHash === asked.contentHash) return',
    to: 'if (earlier) return',
    detectedBy: 'each request id has one refund, with the content of the first request',
  },
  'refund-change-without-event': {
    file: 'functions/refund-approval/refund/store.ts',
    from: '...events.map((event) => ({',
    to: '...events.slice(1).map((event) => ({',
    detectedBy: 'every change of a refund has an event and is a permitted transition to its current state',
  },
  'requester-approves-own-refund': {
    file: 'functions/refund-approval/approvals/decide.ts',
    from: "if ([refund.requestedBy, refund.causedBy, ...(refund.amendedBy ?? [])].includes(by)) return 'own-request';",
    to: '',
    detectedBy: 'a refund is paid only with the required number of approvals, each within its limit',
  },
  'deadline-without-effect': {
    file: 'functions/refund-approval/deadlines/deadlines.ts',
    from: 'return expire(refund, ledger, Math.max(now, Date.parse(dueAt)), endReturn);',
    to: "return { kind: 'already-done', refund };",
    detectedBy: 'a refund reaches a terminal state, or its payout has failed and its amount is refundable again',
  },
  'payout-sweep-queries-wrong-status': {
    file: 'functions/refund-approval/payouts/payout-sweep.ts',
    from: "store.find(statusIndex, 'paying', before, pageSize)",
    to: "store.find(statusIndex, 'paid-out', before, pageSize)",
    detectedBy: 'a refund reaches a terminal state, or its payout has failed and its amount is refundable again',
  },
  'rating-overwrites-rating': {
    file: 'functions/refund-approval/requests/decide.ts',
    from: "if (rating) return { kind: 'already-rated' };",
    to: '',
    detectedBy: 'every confirmed decision, withdrawal, receipt and rating of a refund exists',
  },
  'refund-exceeds-line-units': {
    file: 'functions/refund-approval/refund/allocation.ts',
    from: 'if (quantity <= left.quantity && minor <= left.minor) add(',
    to: 'if (minor <= left.minor) add(',
    detectedBy:
      'no refundable component gives more money, tax or units than it has, and the refund ledger matches the refunds',
  },
  'refund-ledger-without-version': {
    file: 'functions/refund-approval/refund/store.ts',
    from: 'Item: { ...ledger, ...ledgerKey(ledger.orderId, ledger.currency) }, ...condition },',
    to: 'Item: { ...ledger, ...ledgerKey(ledger.orderId, ledger.currency) } },',
    detectedBy:
      'no refundable component gives more money, tax or units than it has, and the refund ledger matches the refunds',
  },
  'payout-with-new-idempotency-key': {
    file: 'functions/refund-approval/payouts/http-provider-client.ts',
    from: "'idempotency-key': reference,",
    to: "'idempotency-key': `${reference}-${t}`,",
    detectedBy: 'the amounts that the payment provider refunded equal the payouts, each once',
  },
  'payout-recorded-before-the-call': {
    file: 'functions/refund-approval/payouts/pay-refund.ts',
    from: 'const response = await send({ reference, refundId, paymentId, amountMinor, currency, isRepeated });',
    to: "const response = await send({ reference, refundId, paymentId, amountMinor, currency, isRepeated }).catch(() => ({ kind: 'succeeded' as const }));",
    detectedBy: 'the amounts that the payment provider refunded equal the payouts, each once',
  },
  'cancellation-without-refund': {
    file: 'functions/refund-approval/overpayments/overpayment.ts',
    from: 'if (snapshot.refund || overpaidMinor === 0)',
    to: 'if (snapshot.refund || overpaidMinor >= 0)',
    detectedBy: 'payments for cancelled units are refunded automatically',
  },
  'damaged-return-restocked': {
    file: 'functions/stock-update/returns/post-return.ts',
    from: "...(disposition === 'damaged' && { to: 'damaged' as const }),",
    to: '',
    detectedBy: 'every returned unit is in the stock ledger once, with its disposition',
  },
  'return-receipt-not-stored': {
    file: 'functions/refund-approval/refund/store.ts',
    from: 'if (receipt) {',
    to: 'if (receipt && ledger) {',
    detectedBy: 'the returned units of a refund are the sum of its receipts, and at most the expected units',
  },
  'schedule-kept-after-decision': {
    file: 'functions/refund-approval/deadlines/schedule-deadlines.ts',
    from: ': schedules.remove({ refundId, kind });',
    to: ': undefined;',
    detectedBy: 'a refund has schedules exactly while it waits for a decision or a return',
  },
};
