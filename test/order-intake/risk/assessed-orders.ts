import assert from 'node:assert';
import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { expect } from 'vitest';
import '../../support/environment.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { riskHandler } from '../../../functions/order-intake/risk/risk.handler.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { contentHash, orderIdOf } from '../../../shared/ids.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { riskAssessmentOn } from '../../support/orders/risk-assessment.ts';
import { aCapture, aCause } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

/** Database of the importing test file. */
export const database = databaseForAll();

export const minute = 60_000;
let nameCount = 0;
export const aName = () => `name-${(nameCount += 1)}`;

/** Stores placed orders, a minute apart, and returns them. */
export async function placed(count: number, given: Partial<OrderItem> = {}, apartMs = minute): Promise<OrderItem[]> {
  const orders = Array.from({ length: count }, (_, index) => {
    const externalOrderId = aName();
    const placedAt = new Date(noon + index * apartMs).toISOString();
    const orderId = orderIdOf('storefront', externalOrderId);
    return aPlacedOrder(undefined, { orderId, externalOrderId, placedAt, ...given });
  });
  for (const order of orders) await put(order);
  return orders;
}
/** Stores one placed order. */
export async function placedOne(given: Partial<OrderItem> = {}): Promise<OrderItem> {
  const [order] = await placed(1, given);
  assert(order);
  return order;
}
export const put = (order: OrderItem) =>
  database.db.send(
    new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item: { ...order, ...orderKey(order.orderId) } }),
  );
export const read = async ({ orderId }: OrderItem) =>
  OrderItem.parse(
    (await database.db.send(new GetCommand({ TableName: tables.ORDER_TABLE_NAME, Key: orderKey(orderId) }))).Item,
  );
export const eventTypesOf = async ({ orderId }: OrderItem) =>
  (await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${orderId}`)).map(({ detailType }) => detailType);
/** For each order, whether it is held and the codes of its risk reasons. */
export const findings = async (orders: readonly OrderItem[]) =>
  Promise.all(
    orders.map(async (order) => {
      const { status, risk, holdReasons } = await read(order);
      expect(holdReasons).toEqual(status === 'on-hold' ? ['risk'] : undefined);
      return { isHeld: status === 'on-hold', codes: (risk?.reasons ?? []).map(({ code }) => code) };
    }),
  );
export const heldOf = async (orders: readonly OrderItem[]) =>
  (await findings(orders)).filter(({ isHeld }) => isHeld).length;

type Stored = { entries?: { id: string }[]; expiresAt?: number };
export const counterOf = async (kind: string, value: string): Promise<Stored | undefined> => {
  const Key = { pk: `RISK#${kind}#${contentHash(value)}`, sk: 'TALLY' };
  return (await database.db.send(new GetCommand({ TableName: tables.RISK_TABLE_NAME, Key }))).Item;
};

export const bodyOf = (order: OrderItem) =>
  JSON.stringify(newEvent(OrderPlaced, { ...order, status: 'placed' }, aCause()));

/** Passes a batch to the handler as SQS does; returns the indexes of the records to redeliver. */
export async function deliver(bodies: readonly string[], db = database.db): Promise<number[]> {
  const Records = bodies.map((body, index) => ({ messageId: String(index), body }));
  const event = { Records } as unknown as SQSEvent;
  const { batchItemFailures } = await riskHandler(riskAssessmentOn(db))(event, {} as Context);
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
}

type Command = Parameters<Database['send']>[0];
/** A database that calls `before` with each command; an error of `before` is the command's error. */
export const watched = (before: (command: Command) => Promise<unknown> | undefined): Database =>
  ({
    send: async (command: Command) => {
      await before(command);
      return database.db.send(command);
    },
  }) as Database;

/** Whether the command is a transaction of counters and stored risks only. */
export const isCounting = (command: Command): boolean =>
  writesOf(command).length > 0 && writesOf(command).every(({ Put, Update }) => Update ?? Put?.Item?.['sk'] === 'TALLY');
export const writesOf = (command: Command) =>
  command instanceof TransactWriteCommand ? (command.input.TransactItems ?? []) : [];
export const countedOrders = async (kind: string, value: string) =>
  ((await counterOf(kind, value))?.entries ?? []).filter(({ id }) => id.startsWith('order#')).length;
export const disposable = () => `${aName()}@mailinator.com`;
/** Members that give an order 55 points, enough to be held. */
export const suspicious = () => ({ customer: { email: disposable() }, billingAddress: { country: 'FR' } });
export const aMailbox = () => `${aName()}@example.com`;
export const aFailure = (given: Partial<Payment> = {}) =>
  aCapture(1495, {
    eventId: aName(),
    type: 'payment.failed',
    occurredAt: new Date(noon + minute).toISOString(),
    ...given,
  });
