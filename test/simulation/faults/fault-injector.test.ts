import { expect, test } from 'vitest';
import { jsonResponse } from '../../../infra/local/gateway/aws-call.ts';
import type { CallFault, FunctionCall } from '../../../infra/local/faults.ts';
import { planOf } from '../workload/plan.ts';
import { createFaultInjector } from './fault-injector.ts';

/** A transaction of an order as order-intake sends it, with a new event id and token each time. */
function transactionOf(order: string): FunctionCall {
  const unique = Math.random().toString();
  const item = (pk: string, sk: string) => ({ Put: { Item: { pk: { S: pk }, sk: { S: sk } } } });
  const body = { ClientRequestToken: unique, TransactItems: [item(order, 'ORDER'), item(order, `EVENT#${unique}`)] };
  const call = {
    service: 'dynamodb',
    operation: 'TransactWriteItems',
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
  };
  return { functionName: `Storeworks-OrderIntake-Api${unique.slice(2, 10)}`, call };
}

const orders = Array.from({ length: 300 }, (_, index) => `ORDER#${index}`);

/** The faults of three attempts of each order. */
function faultsOf(seed: number, sequence: readonly string[]): Map<string, (CallFault | undefined)[]> {
  const faultInjector = createFaultInjector(seed);
  faultInjector.begin();
  const faults = new Map<string, (CallFault | undefined)[]>();
  for (const order of [...sequence, ...sequence, ...sequence]) {
    faults.set(order, [...(faults.get(order) ?? []), faultInjector.onCall?.(transactionOf(order))]);
  }
  return faults;
}

test('a seed injects the same faults for the same orders, whatever their sequence', () => {
  const forwards = faultsOf(7, orders);
  const backwards = faultsOf(7, orders.toReversed());
  expect(Object.fromEntries(backwards)).toEqual(Object.fromEntries(forwards));
  expect([...forwards.values()].flat().filter(Boolean).length).toBeGreaterThan(50);
  expect(Object.fromEntries(faultsOf(8, orders))).not.toEqual(Object.fromEntries(forwards));
});

test('a seed has one plan', () => {
  expect(planOf(7, 50)).toEqual(planOf(7, 50));
  expect(planOf(8, 50)).not.toEqual(planOf(7, 50));
});

test('no faults are injected before begin or after end', () => {
  const faultInjector = createFaultInjector(7);
  const faults = () => orders.filter((order) => faultInjector.onCall?.(transactionOf(order))).length;
  expect(faults()).toBe(0);
  faultInjector.begin();
  expect(faults()).toBeGreaterThan(10);
  faultInjector.end();
  expect(faults()).toBe(0);
});

test('faults never move a message to a dead-letter queue', () => {
  const faultInjector = createFaultInjector(7);
  faultInjector.begin();
  const body = JSON.stringify({ 'detail-type': 'OrderPlaced', detail: { data: { orderId: 'ord_1' } } });
  const payload = JSON.stringify({ Records: [{ body }] });
  const faults = Array.from({ length: 2000 }, () => faultInjector.onInvocation?.({ functionName: 'Journal', payload }));
  expect(faults.filter(Boolean)).toHaveLength(2);
});

test('a transaction conflict has the format of DynamoDB', () => {
  const conflict = [...faultsOf(7, orders).values()]
    .flat()
    .find((fault) => fault?.kind === 'refused' && String(fault.response.body).includes('TransactionConflict'));
  expect(conflict).toEqual({
    kind: 'refused',
    response: jsonResponse(
      {
        __type: 'TransactionCanceledException',
        message: 'Transaction cancelled, please refer cancellation reasons for specific reasons',
        CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
      },
      400,
    ),
  });
});
