import { expect, test } from 'vitest';
import { counterEntriesOf } from '../../../functions/order-intake/risk/risk-inputs.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';

const emailPartition = (email: string) =>
  counterEntriesOf(aPlacedOrder(undefined, { customer: { email } })).find(({ kind }) => kind === 'email')?.partition;

test.each([
  ['ada+a@example.com', 'ADA+b@Example.com'],
  ['jörg@example.com', 'jo\u0308rg@example.com'],
  ['JÖRG@example.com', 'jörg@example.com'],
  ['ada@müller.de', 'ada@xn--mller-kva.de'],
  ['ada+tea@MÜLLER.de', 'ada@mu\u0308ller.de'],
])('counts orders of %s and %s on one counter', (one, other) => {
  expect(emailPartition(one)).toBe(emailPartition(other));
  expect(emailPartition(one)).not.toBe(emailPartition('eve@example.com'));
});
