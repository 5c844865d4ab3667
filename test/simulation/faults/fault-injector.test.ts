import { expect, test } from 'vitest';
import { jsonResponse } from '../../../infra/local/gateway/aws-call.ts';
import type { CallFault, FunctionCall } from '../../../infra/local/faults.ts';
import { planOf } from '../workload/plan.ts';
import { createFaultInjector } from './fault-injector.ts';

/** A transaction of an order, as the function of orders makes it; event ids and tokens are new each time. */
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

/** What becomes of three tries of each order, by order. */
function fateOf(seed: number, sequence: readonly string[]): Map<string, (CallFault | undefined)[]> {
  const storm = createFaultInjector(seed);
  storm.begin();
  const fates = new Map<string, (CallFault | undefined)[]>();
  for (const order of [...sequence, ...sequence, ...sequence]) {
    fates.set(order, [...(fates.get(order) ?? []), storm.onCall?.(transactionOf(order))]);
  }
  return fates;
}

test('the same seed deals the same faults to the same orders, in whatever order they come', () => {
  const forwards = fateOf(7, orders);
  const backwards = fateOf(7, orders.toReversed());
  expect(Object.fromEntries(backwards)).toEqual(Object.fromEntries(forwards));
  expect([...forwards.values()].flat().filter(Boolean).length).toBeGreaterThan(50);
  expect(Object.fromEntries(fateOf(8, orders))).not.toEqual(Object.fromEntries(forwards));
});

test('the same seed sets out to do the same', () => {
  expect(planOf(7, 50)).toEqual(planOf(7, 50));
  expect(planOf(8, 50)).not.toEqual(planOf(7, 50));
});

test('there is no fault before the storm or after it', () => {
  const storm = createFaultInjector(7);
  const faults = () => orders.filter((order) => storm.onCall?.(transactionOf(order))).length;
  expect(faults()).toBe(0);
  storm.begin();
  expect(faults()).toBeGreaterThan(10);
  storm.end();
  expect(faults()).toBe(0);
});

test('a message is never failed so often that its queue gives it up', () => {
  const storm = createFaultInjector(7);
  storm.begin();
  const body = JSON.stringify({ 'detail-type': 'OrderPlaced', detail: { data: { orderId: 'ord_1' } } });
  const payload = JSON.stringify({ Records: [{ body }] });
  const faults = Array.from({ length: 2000 }, () => storm.onInvocation?.({ functionName: 'Journal', payload }));
  expect(faults.filter(Boolean)).toHaveLength(2);
});

test('a conflict is told as DynamoDB tells it', () => {
  const conflict = [...fateOf(7, orders).values()]
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
