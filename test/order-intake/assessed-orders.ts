import assert from 'node:assert';
import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { expect } from 'vitest';
import '../support/environment.ts';
import { OrderItem, orderKey } from '../../functions/order-intake/order/order-item.ts';
import { riskHandler } from '../../functions/order-intake/risk/risk.handler.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { newEvent } from '../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../shared/contracts/orders/events.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import type { Payment } from '../../shared/payments/payment.ts';
import { assessorOn } from '../support/orders/risk-assessor.ts';
import { aCapture, aCause } from '../support/builders.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { eventsOf } from '../support/database/outbox.ts';
import { aPlacedOrder, noon } from '../support/orders/placed-order.ts';

/** The database of the test file that imports this. */
export const database = databaseForAll();

export const minute = 60_000;
let made = 0;
export const aName = () => `name-${(made += 1)}`;

/** Stores orders as placing does, a minute apart, and gives them. */
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
/** As `placed`, one order. */
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
export const told = async ({ orderId }: OrderItem) =>
  (await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${orderId}`)).map(({ detailType }) => detailType);
/** Of each order, whether it is held, and the codes of the reasons that speak against it. */
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

/** Gives a batch to the handler as SQS does; the numbers of the records that are to come again. */
export async function deliver(bodies: readonly string[], db = database.db): Promise<number[]> {
  const Records = bodies.map((body, index) => ({ messageId: String(index), body }));
  const event = { Records } as unknown as SQSEvent;
  const { batchItemFailures } = await riskHandler(assessorOn(db))(event, {} as Context);
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
}

type Command = Parameters<Database['send']>[0];
/** The database, doing `before` each command is sent; what that throws, the command throws. */
export const watched = (before: (command: Command) => Promise<unknown> | undefined): Database =>
  ({
    send: async (command: Command) => {
      await before(command);
      return database.db.send(command);
    },
  }) as Database;

/** Whether it writes tallies, and the risk of orders with them. */
export const isCounting = (command: Command): boolean =>
  writesOf(command).length > 0 && writesOf(command).every(({ Put, Update }) => Update ?? Put?.Item?.['sk'] === 'TALLY');
export const writesOf = (command: Command) =>
  command instanceof TransactWriteCommand ? (command.input.TransactItems ?? []) : [];
export const countedOrders = async (kind: string, value: string) =>
  ((await counterOf(kind, value))?.entries ?? []).filter(({ id }) => id.startsWith('order#')).length;
export const disposable = () => `${aName()}@mailinator.com`;
/** What makes an order suspicious enough to be held: 55 points. */
export const suspicious = () => ({ customer: { email: disposable() }, billingAddress: { country: 'FR' } });
export const aMailbox = () => `${aName()}@example.com`;
export const aFailure = (given: Partial<Payment> = {}) =>
  aCapture(1495, {
    eventId: aName(),
    type: 'payment.failed',
    occurredAt: new Date(noon + minute).toISOString(),
    ...given,
  });
