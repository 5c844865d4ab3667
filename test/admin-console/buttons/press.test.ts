import { expect, test } from 'vitest';
import { checkPress } from '../../../functions/admin-console/buttons/press.ts';
import { operations } from '../../../shared/contracts/admin-console/operations.ts';

const orderId = 'ord_01kb9zq4y8t4v7c0m3j5r6n8px';
const review = {
  operation: 'review-order',
  inputs: { OrderId: orderId, Decision: 'release' },
  fields: { Reason: `Reason.${orderId}` },
};
const check = (pressed: Partial<typeof review>, forms: Record<string, string | null> = {}) =>
  checkPress({ ...review, ...pressed }, forms, operations);

test('a button takes its inputs from the widget, and the reason from the form', () => {
  expect(check({}, { [`Reason.${orderId}`]: ' Known customer ' })).toMatchObject({
    kind: 'allowed',
    inputs: { OrderId: orderId, Decision: 'release', Reason: 'Known customer' },
  });
});

test.each<[string, Partial<typeof review>, Record<string, string | null>]>([
  ['an operation whose people must differ', { operation: 'decide-refund' }, {}],
  ['an operation that needs an approval', { operation: 'repair-stock' }, {}],
  ['an unknown operation', { operation: 'constructor' }, {}],
  ['an empty reason', {}, { [`Reason.${orderId}`]: '' }],
  ['a missing form', {}, {}],
  ['a form without a value', {}, { [`Reason.${orderId}`]: null }],
  ['another decision', { inputs: { OrderId: orderId, Decision: 'pay' } }, { [`Reason.${orderId}`]: 'x' }],
  ['a path in an id', { inputs: { OrderId: '../refunds', Decision: 'release' } }, { [`Reason.${orderId}`]: 'x' }],
])('refuses %s', (_name, pressed, forms) => expect(check(pressed, forms)).toMatchObject({ kind: 'refused' }));
