import assert from 'node:assert';
import { ownValue } from '../input/own-value.ts';
import type { Scope } from './scopes.ts';

/** A part in paying a refund. One person with two parts could pay themselves, unless a control prevents it. */
export type RefundPart = 'request' | 'decide' | 'set-policy' | 'confirm-return';

/** The part of each scope. Cancellations and edits of orders request refunds of overpaid money. */
export const refundParts: Record<Scope, RefundPart | undefined> = {
  'orders.write': 'request',
  'refunds.request': 'request',
  'refunds.decide': 'decide',
  'policies.write': 'set-policy',
  'stock.write': 'confirm-return',
  'orders.read': undefined,
  'catalog.write': undefined,
  'catalog.read': undefined,
  'stock.read': undefined,
  'promotions.write': undefined,
  'promotions.read': undefined,
  'reports.read': undefined,
  'reports.run': undefined,
  'ledger.read': undefined,
  // An entry of the accounts moves no money, and needs two persons of its own.
  'ledger.write': undefined,
  // Closing posts nothing: it only keeps a month as it is.
  'ledger.close': undefined,
  'audit.read': undefined,
};

/** Why one client may hold both parts. `staffOnly`: no code prevents the misuse, so only staff may hold them. */
type Control = { reason: string; staffOnly?: true };

const ownRequest = 'A person cannot approve a refund that they requested, amended or caused by a change of the order.';
const ownPolicy =
  'A looser policy needs a second person, and its author is judged by the stricter of it and the policy before.';

export const controls: Record<string, Control> = {
  'decide+request': { reason: ownRequest },
  'request+set-policy': { reason: ownPolicy },
  'decide+set-policy': { reason: ownPolicy },
  'confirm-return+request': {
    reason: 'The receipt names its person and posts the units to stock, where a count shows that they are missing.',
    staffOnly: true,
  },
  'confirm-return+decide': { reason: 'A receipt approves nothing: the request is another person’s.' },
  'confirm-return+set-policy': { reason: ownPolicy },
};

/** The pairs of parts that these scopes combine. */
export function combinationsOf(scopes: readonly Scope[]): string[] {
  const parts = [...new Set(scopes.flatMap((scope) => refundParts[scope] ?? []))].toSorted();
  return parts.flatMap((part, index) => parts.slice(index + 1).map((other) => `${part}+${other}`));
}

type Client = { scopes: readonly Scope[]; staff?: true };

/** Throws if a department combines parts that no control keeps apart. */
export function assertStaffSeparation(departments: Record<string, { scopes: readonly Scope[] }>): void {
  for (const [name, { scopes }] of Object.entries(departments)) {
    for (const combination of combinationsOf(scopes)) {
      assert(ownValue(controls, combination), `The department ${name} combines ${combination}, which has no control`);
    }
  }
}

/** Throws if the clients of a store defeat the separation of duties, or make a looser policy impossible to approve. */
export function assertSeparation(clients: Record<string, Client>): void {
  for (const [name, { scopes, staff }] of Object.entries(clients)) {
    for (const combination of combinationsOf(scopes)) {
      const control = ownValue(controls, combination);
      assert(
        control,
        `The client ${name} combines ${combination}, which has no control in shared/access/separation.ts`,
      );
      assert(!control.staffOnly || staff, `The client ${name} combines ${combination}, which is for staff only`);
    }
    const isChannel = scopes.includes('orders.write') && !staff;
    const decides = scopes.some((scope) => ['decide', 'set-policy'].includes(refundParts[scope] ?? ''));
    assert(!isChannel || !decides, `The channel ${name} may not decide on refunds or set policies`);
  }
  const setters = Object.entries(clients).filter(([, { scopes }]) => scopes.includes('policies.write'));
  const [only] = setters;
  assert(
    setters.length !== 1,
    `Only ${only?.[0]} may set policies, so a looser policy has no second person to approve it`,
  );
}
