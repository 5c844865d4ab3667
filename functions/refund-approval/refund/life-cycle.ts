import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';

/**
 * What can be done with a refund. `approve` is the last approval that the policy asks for; `approve-on-return` the same
 * where the goods have to come back first. `exchange` asks for the replacement, which `settle-whole` takes all of the
 * money for, `settle-part` some of it, and `refuse-exchange` none. `pay` records the intent before the provider is called;
 * `block` is for money that the bank decides on.
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

/** The whole life of a refund: its state, the command, the state after it. What is not here is illegal. */
export const lifeCycle: Record<RefundStatus, Partial<Record<Command, RefundStatus>>> = {
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
  // A provider may tell of success after its time-out was taken for a failure, and of a failure days after success.
  'payout-failed': { pay: 'paying', credit: 'store-credit', succeed: 'paid' },
  paid: { fail: 'payout-failed' },
  'store-credit': { fail: 'payout-failed' },
  exchanged: {},
  rejected: {},
  withdrawn: {},
  expired: {},
};

/** The state after the command, or undefined if it is illegal now. */
export const next = (status: RefundStatus, command: Command): RefundStatus | undefined => lifeCycle[status][command];

/** The table as a Mermaid state diagram, for the workflow's README. */
export function diagram(): string {
  const rows = Object.entries(lifeCycle).flatMap(([from, commands]) =>
    Object.entries(commands).map(([command, to]) => `    ${from} --> ${to}: ${command}`),
  );
  const ends = Object.entries(lifeCycle)
    .filter(([, commands]) => Object.keys(commands).length === 0)
    .map(([end]) => `    ${end} --> [*]`);
  return ['stateDiagram-v2', '    [*] --> pending-approval: request', ...rows, ...ends].join('\n');
}
