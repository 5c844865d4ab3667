import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';

/**
 * Commands on a refund. `approve` is the last approval that the policy requires, `approve-on-return` the same for goods
 * that must come back first. `settle-whole` and `settle-part` use all or part of the money for a replacement. `pay`
 * records the intent before the provider is called; `block` stops the payout of an order with an open chargeback.
 */
export type Command =
  | 'approve'
  | 'approve-on-return'
  | 'reject'
  | 'withdraw'
  | 'amend'
  | 'expire'
  | 'receive'
  | 'exchange'
  | 'settle-whole'
  | 'settle-part'
  | 'refuse-exchange'
  | 'pay'
  | 'block'
  | 'succeed'
  | 'fail'
  | 'credit';

/** The state machine of a refund: state, command, next state. A command without an entry is illegal. */
export const transitions: Record<RefundStatus, Partial<Record<Command, RefundStatus>>> = {
  'pending-approval': {
    approve: 'approved',
    'approve-on-return': 'awaiting-return',
    amend: 'pending-approval',
    reject: 'rejected',
    withdraw: 'withdrawn',
    expire: 'expired',
  },
  'awaiting-return': { receive: 'approved', reject: 'rejected', withdraw: 'withdrawn', expire: 'expired' },
  approved: { exchange: 'exchanging', pay: 'paying', block: 'payout-failed' },
  exchanging: { 'settle-whole': 'exchanged', 'settle-part': 'approved', 'refuse-exchange': 'approved' },
  paying: { succeed: 'paid', fail: 'payout-failed' },
  // A provider can report success after a failure, and a failure days after success.
  'payout-failed': { pay: 'paying', credit: 'store-credit', succeed: 'paid' },
  paid: { fail: 'payout-failed' },
  'store-credit': { fail: 'payout-failed' },
  exchanged: {},
  rejected: {},
  withdrawn: {},
  expired: {},
};

/** The state after the command, or undefined if the command is illegal. */
export const next = (status: RefundStatus, command: Command): RefundStatus | undefined => transitions[status][command];

/** Whether no command is legal any more. */
export const isTerminal = (status: RefundStatus): boolean => Object.keys(transitions[status]).length === 0;

/** Whether the customer has the result: terminal states, and those that only a provider's late report can leave. */
export const endsCase = (status: RefundStatus): boolean =>
  isTerminal(status) || status === 'paid' || status === 'store-credit';

/** The transitions as a Mermaid state diagram, for reference.md. */
export function diagram(): string {
  const rows = Object.entries(transitions).flatMap(([from, commands]) =>
    Object.entries(commands).map(([command, to]) => `    ${from} --> ${to}: ${command}`),
  );
  const terminal = Object.entries(transitions)
    .filter(([, commands]) => Object.keys(commands).length === 0)
    .map(([status]) => `    ${status} --> [*]`);
  return ['stateDiagram-v2', '    [*] --> pending-approval: request', ...rows, ...terminal].join('\n');
}
