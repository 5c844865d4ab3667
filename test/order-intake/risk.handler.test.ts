import { GetCommand, PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import '../support/environment.ts';
import { factsOf } from '../../functions/order-intake/change.ts';
import { OrderItem, orderKey } from '../../functions/order-intake/order-item.ts';
import { release, told as toldPayment } from '../../functions/order-intake/payment.ts';
import { riskHandler } from '../../functions/order-intake/risk.handler.ts';
import type { Database } from '../../shared/database.ts';
import { newEvent } from '../../shared/events/define-event.ts';
import { OrderPlaced } from '../../shared/events/order.ts';
import { OrderImported } from '../../shared/events/order-import.ts';
import { OrderShipped, PaymentRecorded } from '../../shared/events/order-life.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import type { Payment } from '../../shared/payment.ts';
import { assessorOn } from '../support/assessor.ts';
import { aCapture, aCause } from '../support/builders.ts';
import { databaseForAll, tables } from '../support/dynamodb.ts';
import { eventsOf } from '../support/outbox.ts';
import { aPlacedOrder, noon } from '../support/placed-order.ts';

const database = databaseForAll();

const minute = 60_000;
let made = 0;
const aName = () => `name-${(made += 1)}`;

/** Stores orders as placing does, a minute apart, and gives them. */
async function placed(count: number, given: Partial<OrderItem> = {}, apartMs = minute): Promise<OrderItem[]> {
  const orders = Array.from({ length: count }, (_, index) => {
    const externalOrderId = aName();
    const placedAt = new Date(noon + index * apartMs).toISOString();
    const orderId = orderIdOf('storefront', externalOrderId);
    return aPlacedOrder(undefined, { orderId, externalOrderId, placedAt, ...given });
  });
  for (const order of orders) await put(order);
  return orders;
}
const put = (order: OrderItem) =>
  database.db.send(
    new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item: { ...order, ...orderKey(order.orderId) } }),
  );
const read = async ({ orderId }: OrderItem) =>
  OrderItem.parse(
    (await database.db.send(new GetCommand({ TableName: tables.ORDER_TABLE_NAME, Key: orderKey(orderId) }))).Item,
  );
const told = async ({ orderId }: OrderItem) =>
  (await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${orderId}`)).map(({ detailType }) => detailType);
/** Of each order, whether it is held, and the codes of the reasons that speak against it. */
const findings = async (orders: readonly OrderItem[]) =>
  Promise.all(
    orders.map(async (order) => {
      const { status, risk, holdReasons } = await read(order);
      expect(holdReasons).toEqual(status === 'on-hold' ? ['risk'] : undefined);
      return { isHeld: status === 'on-hold', codes: (risk?.reasons ?? []).map(({ code }) => code) };
    }),
  );
const heldOf = async (orders: readonly OrderItem[]) => (await findings(orders)).filter(({ isHeld }) => isHeld).length;

type Stored = { entries?: { id: string }[]; expiresAt?: number };
const counterOf = async (kind: string, value: string): Promise<Stored> => {
  const Key = { pk: `RISK#${kind}#${contentHash(value)}`, sk: 'TALLY' };
  return (await database.db.send(new GetCommand({ TableName: tables.RISK_TABLE_NAME, Key }))).Item ?? {};
};

const bodyOf = (order: OrderItem) => JSON.stringify(newEvent(OrderPlaced, { ...order, status: 'placed' }, aCause()));

/** Gives a batch to the handler as SQS does; the numbers of the records that are to come again. */
async function deliver(bodies: readonly string[], db = database.db): Promise<number[]> {
  const Records = bodies.map((body, index) => ({ messageId: String(index), body }));
  const { batchItemFailures } = await riskHandler(assessorOn(db))(
    { Records } as unknown as SQSEvent,
    {} as unknown as Context,
  );
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
}

type Command = Parameters<Database['send']>[0];
/** The database, doing `before` each command is sent; what that throws, the command throws. */
const watched = (before: (command: Command) => Promise<unknown> | undefined): Database =>
  ({
    send: async (command: Command) => {
      await before(command);
      return database.db.send(command);
    },
  }) as Database;

/** Whether it writes tallies, and the risk of orders with them. */
const isCounting = (command: Command): boolean =>
  writesOf(command).length > 0 && writesOf(command).every(({ Put, Update }) => Update ?? Put?.Item?.['sk'] === 'TALLY');
const writesOf = (command: Command) =>
  command instanceof TransactWriteCommand ? (command.input.TransactItems ?? []) : [];
const countedOrders = async (kind: string, value: string) =>
  [...((await counterOf(kind, value)).entries ?? [])].filter(({ id }) => id.startsWith('order#')).length;
const disposable = () => `${aName()}@mailinator.com`;
const aMailbox = () => `${aName()}@example.com`;
const aFailure = (given: Partial<Payment> = {}) =>
  aCapture(1495, {
    eventId: aName(),
    type: 'payment.failed',
    occurredAt: new Date(noon + minute).toISOString(),
    ...given,
  });
const recordedOf = ({ orderId }: OrderItem) =>
  JSON.stringify(newEvent(PaymentRecorded, { orderId, payment: toldPayment(aCapture(1)), order: null }, aCause()));
const shippedOf = (order: OrderItem) =>
  JSON.stringify(newEvent(OrderShipped, { ...factsOf(order), shipmentId: 'parcel', lines: [] }, aCause()));
/** Why a large order of the customer, which comes later, is suspicious. */
async function reasonsOfLarge(customer: OrderItem['customer']) {
  const placedAt = new Date(noon + 300 * 86_400_000).toISOString();
  const [large] = await placed(1, { customer, totalMinor: 200_000, placedAt });
  if (!large) throw new Error('No order');
  await deliver([bodyOf(large)]);
  return (await read(large)).risk?.reasons.map(({ detail }) => detail);
}

describe('orders of one customer and mailbox in quick succession', () => {
  test('are held from the sixth on, which tells so once, however often they are delivered', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(6, { customer });
    const bodies = [...orders, ...orders].map(bodyOf);
    expect((await Promise.all([deliver(bodies), deliver(bodies)])).flat()).toEqual([]);
    expect(await deliver(bodies)).toEqual([]);
    const held = { isHeld: true, codes: ['customer-velocity', 'email-velocity'] };
    expect(await findings(orders)).toEqual([...Array.from({ length: 5 }, () => ({ isHeld: false, codes: [] })), held]);
    expect(await Promise.all(orders.map(told))).toEqual([[], [], [], [], [], ['OrderHeld']]);
    const [last] = orders.slice(-1);
    const [event] = await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${last?.orderId}`);
    expect(event?.detail.data).toMatchObject({ status: 'on-hold', version: 2, reasons: ['risk'] });
    expect(await countedOrders('customer', customer.id)).toBe(6);
    expect(JSON.stringify(await counterOf('customer', customer.id))).not.toContain(customer.email);
  });

  test('are held from the sixth on in whatever order and batches they come', async () => {
    const anyOrder = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    await fc.assert(
      fc.asyncProperty(anyOrder, fc.integer({ min: 1, max: 5 }), async (order, size) => {
        const orders = await placed(6, { customer: { id: aName(), email: aMailbox() } });
        const shuffled = order.flatMap((index) => orders[index] ?? []);
        for (let first = 0; first < 6; first += size) await deliver(shuffled.slice(first, first + size).map(bodyOf));
        expect(await heldOf(orders)).toBe(1);
      }),
      { numRuns: 10 },
    );
  });

  test('are all counted when each comes by itself and all come at once', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(20, { customer }, 100);
    expect((await Promise.all(orders.map((order) => deliver([bodyOf(order)])))).flat()).toEqual([]);
    expect([await countedOrders('customer', customer.id), await countedOrders('email', customer.email)]).toEqual([
      20, 20,
    ]);
    expect(await heldOf(orders)).toBe(15);
  });

  test('are the same to a run that ended between counting and holding, and to the one after it', async () => {
    const orders = await placed(6, { customer: { id: aName(), email: aMailbox() } });
    const bodies = orders.map(bodyOf);
    const crashing = watched((command) => {
      if (command instanceof TransactWriteCommand && !isCounting(command)) throw new Error('Crashed');
      return undefined;
    });
    expect(await deliver(bodies, crashing)).toEqual([5]);
    expect(await findings(orders)).toEqual(orders.map(() => ({ isHeld: false, codes: [] })));
    expect(await deliver(bodies)).toEqual([]);
    expect((await findings(orders)).map(({ isHeld }) => isHeld)).toEqual([false, false, false, false, false, true]);
  });

  test('keep the place at which they were counted first: one that had to come again is not held for those after it', async () => {
    const [first, ...others] = await placed(6, { customer: { id: aName(), email: aMailbox() } });
    if (!first) throw new Error('No order');
    let isOver = false;
    const crashing = watched(async (command) => {
      if (isCounting(command) && !isOver) await database.db.send(command);
      isOver ||= isCounting(command);
      if (isOver) throw new Error('Crashed');
    });
    expect(await deliver([bodyOf(first)], crashing)).toEqual([0]);
    await deliver(others.map(bodyOf));
    await deliver([bodyOf(first)]);
    expect((await findings([first, ...others])).map(({ isHeld }) => isHeld)).toEqual([
      ...Array<boolean>(5).fill(false),
      true,
    ]);
  });

  test('are no burst where they are of another year than the day on which they are counted', async () => {
    const orders = await placed(20, { customer: { id: aName(), email: aMailbox() } }, 60 * minute);
    expect(await deliver(orders.map(bodyOf))).toEqual([]);
    expect(await heldOf(orders)).toBe(0);
  });

  test('without end are all held, and their counter stays small', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(400, { customer }, 100);
    for (let first = 0; first < 400; first += 100) await deliver(orders.slice(first, first + 100).map(bodyOf));
    expect(await heldOf(orders)).toBe(395);
    expect(JSON.stringify(await counterOf('email', customer.email)).length).toBeLessThan(40_000);
  });
});

describe('a batch', () => {
  test('with a malformed record, one of an order that cannot be read, and one that fails does the others', async () => {
    const [good, unreadable, failing] = await placed(3, { customer: { email: aMailbox() } });
    if (!good || !unreadable || !failing) throw new Error('No orders');
    await put({ ...failing, customer: { email: 'failing@example.com' } });
    await database.db.send(
      new UpdateCommand({
        TableName: tables.ORDER_TABLE_NAME,
        Key: orderKey(unreadable.orderId),
        UpdateExpression: 'REMOVE currency',
      }),
    );
    const partition = `RISK#email#${contentHash('failing@example.com')}`;
    const db = watched((command) => {
      if (isCounting(command) && writesOf(command).some(({ Put }) => Put?.Item?.['pk'] === partition))
        throw new Error('Refused');
      return undefined;
    });
    expect(await deliver(['{"no":"event"}', bodyOf(good), bodyOf(unreadable), bodyOf(failing), 'x'], db)).toEqual([
      0, 4, 2, 3,
    ]);
    expect([(await read(good)).risk, await countedOrders('email', good.customer.email ?? '')]).toEqual([undefined, 1]);
  });

  test('that meets throttling waits and goes on', async () => {
    const [order] = await placed(1, { customer: { email: aMailbox() } });
    if (!order) throw new Error('No order');
    let throttles = 3;
    const db = watched((command) => {
      if (!isCounting(command) || throttles === 0) return undefined;
      throttles -= 1;
      throw Object.assign(new Error('Slow down'), { name: 'ThrottlingException' });
    });
    expect(await deliver([bodyOf(order)], db)).toEqual([]);
    expect([throttles, await countedOrders('email', order.customer.email ?? '')]).toEqual([0, 1]);
  });

  test('of one mailbox is counted with a write for each group that reads its orders, and not again', async () => {
    const orders = await placed(66, { customer: { email: aMailbox() } }, 24 * 60 * minute);
    let writes = 0;
    const db = watched(async (command) => {
      if (isCounting(command)) writes += writesOf(command).length;
    });
    for (let times = 0; times < 2; times += 1) expect(await deliver(orders.map(bodyOf), db)).toEqual([]);
    expect(writes).toBe(2);
  });

  test('whose tallies and risks do not fit one transaction is counted in several', async () => {
    const orders = await placed(30);
    const cards = orders.map(() => [aName(), aName(), aName(), aName()]);
    for (const [index, order] of orders.entries()) {
      const cardFingerprints = cards[index] ?? [];
      const payments = cardFingerprints.map((cardFingerprint) =>
        aFailure({ type: 'payment.authorized', cardFingerprint }),
      );
      await put({ ...order, payments, customer: { id: aName(), email: aMailbox() } });
    }
    const sizes: number[] = [];
    const db = watched(async (command) => {
      if (isCounting(command)) sizes.push(writesOf(command).length);
    });
    expect(await deliver(orders.map(bodyOf), db)).toEqual([]);
    expect(sizes).toEqual([56, 49, 56, 49]);
    for (const card of cards.flat()) expect(await countedOrders('card', card)).toBe(1);
  });
});

describe('an order', () => {
  test('that changes between being read and being judged is judged as it is then', async () => {
    const [order] = await placed(1, { customer: { email: disposable() }, billingAddress: { country: 'FR' } });
    if (!order) throw new Error('No order');
    let isFirst = true;
    const db = watched(async (command) => {
      if (!(command instanceof TransactWriteCommand) || !isFirst) return;
      isFirst = false;
      await put({ ...order, status: 'cancelled', version: 2 });
    });
    expect(await deliver([bodyOf(order)], db)).toEqual([]);
    expect(await read(order)).toMatchObject({ status: 'cancelled', version: 2, risk: { score: 55 } });
    expect(await told(order)).toEqual([]);
  });

  test.each(['shipped', 'cancelled', 'expired', 'completed'] as const)('that is %s is only noted', async (status) => {
    const given = { status, customer: { email: disposable() }, billingAddress: { country: 'FR' } };
    const [order] = await placed(1, given);
    if (!order) throw new Error('No order');
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status, version: 1, risk: { score: 55 } });
  });

  test('that is partly shipped keeps what is left, and tells so', async () => {
    const given = { customer: { email: disposable() }, billingAddress: { country: 'FR' } };
    const [order] = await placed(1, { ...given, status: 'partly-shipped' });
    if (!order) throw new Error('No order');
    await deliver([bodyOf(order), bodyOf(order)]);
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'partly-shipped', version: 2, holdReasons: ['risk'] });
    expect(await told(order)).toEqual(['OrderHeld']);
  });

  test('whose time for payment is over stays what it is: it expires and is not held', async () => {
    const given = { customer: { email: disposable() }, billingAddress: { country: 'FR' } };
    const reservedUntil = new Date(noon).toISOString();
    const [order] = await placed(1, { ...given, status: 'payment-pending', reservedUntil });
    if (!order) throw new Error('No order');
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'payment-pending', risk: { score: 55 } });
  });

  test('that is held for another reason has both', async () => {
    const given = { customer: { email: disposable() }, billingAddress: { country: 'FR' } };
    const [order] = await placed(1, { ...given, status: 'on-hold', holdReasons: ['underpaid'] });
    if (!order) throw new Error('No order');
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'on-hold', holdReasons: ['underpaid', 'risk'] });
    expect(await told(order)).toEqual(['OrderHeld']);
  });

  test('is assessed again when its payments fail, and after its release is not held for it again', async () => {
    const customer = { id: aName(), email: disposable() };
    const [order] = await placed(1, { customer });
    if (!order) throw new Error('No order');
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'placed', risk: { score: 35 } });
    const three = [aFailure(), aFailure(), aFailure()];
    await put({ ...(await read(order)), payments: three });
    await deliver([bodyOf(order), bodyOf(order)]);
    await deliver([bodyOf(order)]);
    expect(await read(order)).toMatchObject({ status: 'on-hold', risk: { score: 75 } });
    const released = release(await read(order), 'known', noon);
    if (released.kind !== 'changed') throw new Error('Not released');
    await put({ ...released.order, payments: [...three, aFailure()] });
    await deliver([bodyOf(order)]);
    const after = await read(order);
    expect(after).toMatchObject({ status: 'placed', risk: { score: 75, isAccepted: true } });
    expect(after.risk?.reasons.map(({ detail }) => detail)).toContain('4 failed payments in 60 minutes');
    expect(await told(order)).toEqual(['OrderHeld']);
  });

  test('that staff release while it is assessed again stays released', async () => {
    const given = { customer: { email: disposable() }, billingAddress: { country: 'FR' } };
    const [order] = await placed(1, given);
    if (!order) throw new Error('No order');
    await deliver([bodyOf(order)]);
    await put({ ...(await read(order)), payments: [aFailure()] });
    let isFirst = true;
    const db = watched(async (command) => {
      if (!isCounting(command) || !isFirst) return;
      isFirst = false;
      const released = release(await read(order), 'known', noon);
      if (released.kind === 'changed') await put(released.order);
    });
    expect(await deliver([bodyOf(order)], db)).toEqual([]);
    expect(await read(order)).toMatchObject({ status: 'placed', risk: { score: 55, isAccepted: true } });
  });

  test('of a customer whose other orders could not be paid, or with a card that is used again and again', async () => {
    const customer = { id: aName() };
    const payments = [aFailure(), aFailure(), aFailure()];
    const cardFingerprint = aName();
    const card = () => aFailure({ type: 'payment.authorized', cardFingerprint });
    const [failed] = await placed(1, { customer, payments });
    const [next] = await placed(1, { customer });
    const cards = await placed(4);
    for (const order of cards) await put({ ...order, payments: [card()] });
    const orders = [failed, next, ...cards].flatMap((order) => order ?? []);
    await deliver(orders.map(bodyOf));
    const codes = (await findings(orders)).map((finding) => finding.codes);
    expect(codes).toEqual([['many-failures'], ['many-failures'], [], [], [], ['card-velocity']]);
  });

  test('of a guest of whom nothing else is known is judged by its own failed payments, each once', async () => {
    const [few, many] = [[aFailure(), aFailure()], Array.from({ length: 20 }, () => aFailure())];
    const cardFingerprint = aName();
    const byCard = [aFailure({ cardFingerprint }), aFailure({ cardFingerprint })];
    const longAgo = aFailure({ occurredAt: new Date(noon - 61 * minute).toISOString() });
    const orders = await placed(4);
    const payments = [few, many, byCard, [...few, longAgo]];
    for (const [index, order] of orders.entries()) await put({ ...order, payments: payments[index] ?? [] });
    await deliver(orders.map(bodyOf));
    expect((await findings(orders)).map(({ codes }) => codes)).toEqual([[], ['many-failures'], [], []]);
    const [, guest] = orders;
    expect(guest && (await read(guest)).risk?.reasons).toMatchObject([{ detail: '20 failed payments in 60 minutes' }]);
  });

  test('is compared with all that its customer ordered before, also with what the counter has dropped', async () => {
    const customer = { id: aName() };
    const orders = await placed(250, { customer, totalMinor: 1000, payments: [aCapture(1000)] }, 24 * 60 * minute);
    for (let first = 0; first < 250; first += 50) {
      const some = orders.slice(first, first + 50).map(bodyOf);
      await Promise.all([deliver(some), deliver(some)]);
    }
    const [large] = await placed(1, {
      customer,
      totalMinor: 5001,
      placedAt: new Date(noon + 300 * 86_400_000).toISOString(),
    });
    if (!large) throw new Error('No order');
    await deliver([bodyOf(large)]);
    const { risk } = await read(large);
    expect(risk?.reasons).toMatchObject([
      { code: 'amount-above-history', detail: '5001 GBP, 1000 on average of 250 former orders' },
    ]);
    expect(await countedOrders('customer', customer.id)).toBeLessThan(220);
  });
});

describe("a customer's history", () => {
  const none = ['200000 GBP with 0 former orders'];
  const three = ['200000 GBP, 3000 on average of 3 former orders'];

  test('is not made of orders that nobody paid, cancelled or open', async () => {
    const customer = { id: aName() };
    const cancelled = await placed(3, { customer, status: 'cancelled', totalMinor: 200_000 }, 24 * 60 * minute);
    const open = await placed(1, { customer, totalMinor: 200_000 });
    await deliver([...cancelled, ...open].map(bodyOf));
    await deliver([...cancelled, ...open].flatMap((order) => [recordedOf(order), bodyOf(order)]));
    expect(await reasonsOfLarge(customer)).toEqual(none);
    expect(await countedOrders('customer', customer.id)).toBe(5);
  });

  test('is made of what was paid, or left unpaid, once, whenever that is told', async () => {
    for (const isLate of [false, true]) {
      for (const tellings of [
        [bodyOf, recordedOf],
        [recordedOf, bodyOf, recordedOf],
        [shippedOf, bodyOf],
        [bodyOf, shippedOf, shippedOf],
      ]) {
        const customer = { id: aName() };
        const orders = await placed(3, { customer, totalMinor: 3000 }, 24 * 60 * minute);
        const after = tellings.includes(shippedOf)
          ? { lines: orders[0]?.lines.map((line) => ({ ...line, shippedQuantity: 1 })) ?? [] }
          : { payments: [aCapture(1000), aCapture(5000)] };
        if (isLate) await deliver(orders.map(bodyOf));
        for (const order of orders) await put({ ...order, ...after });
        // Those that were counted before they were bought are not told of as placed again.
        for (const telling of tellings.filter((each) => !isLate || each !== bodyOf)) await deliver(orders.map(telling));
        expect(await reasonsOfLarge(customer)).toEqual(three);
        expect(await countedOrders('customer', customer.id)).toBe(4);
      }
    }
  });

  test('grows with what is paid of an order, and is never less', async () => {
    const customer = { id: aName() };
    const orders = await placed(3, { customer, totalMinor: 3000 }, 24 * 60 * minute);
    const steps = [[aCapture(1000)], [aCapture(1000), aCapture(2000)], [aCapture(1000)]];
    await deliver(orders.map(bodyOf));
    for (const payments of steps) {
      for (const order of orders) await put({ ...order, payments });
      await deliver(orders.map(recordedOf));
    }
    expect(await reasonsOfLarge(customer)).toEqual(three);
  });

  test('costs one write for a batch, and none for what is known', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(3, { customer, payments: [aCapture(1)] }, 24 * 60 * minute);
    await deliver(orders.map(bodyOf));
    for (const order of orders) await put({ ...order, payments: [aCapture(1), aCapture(1, { eventId: 'again' })] });
    let writes = 0;
    const db = watched(async (command) => {
      if (isCounting(command)) writes += writesOf(command).length;
    });
    for (let times = 0; times < 2; times += 1) expect(await deliver(orders.map(recordedOf), db)).toEqual([]);
    expect(writes).toBe(1);
  });
});

test('imported orders are not judged: they are what their customer bought before', async () => {
  const customer = { id: aName(), email: aMailbox() };
  const past = await placed(3, { customer, imported: true, status: 'completed', totalMinor: 1000 });
  const bodies = past.map((order) =>
    JSON.stringify(newEvent(OrderImported, { ...order, status: 'completed' }, aCause())),
  );
  expect(await deliver([...bodies, ...bodies])).toEqual([]);
  expect((await Promise.all(past.map(read))).map(({ risk }) => risk)).toEqual([undefined, undefined, undefined]);
  expect([await countedOrders('customer', customer.id), await countedOrders('email', customer.email)]).toEqual([3, 0]);
  const [large] = await placed(1, { customer, totalMinor: 150_000, placedAt: new Date(noon + 1e9).toISOString() });
  if (!large || !past[0]) throw new Error('No orders');
  await deliver([bodyOf(large)]);
  expect((await read(large)).risk?.reasons).toMatchObject([
    { code: 'amount-above-history', detail: '150000 GBP, 1000 on average of 3 former orders' },
  ]);
  expect(await assessorOn(database.db).judge(past[0], noon)).toEqual({ kind: 'noted', order: await read(past[0]) });
});

test('a mailbox and an address are the same however they are written; a counter is forgotten after its time', async () => {
  const address = { country: 'GB', postalCode: 'N1 9GU', line1: '1 Regent St.' };
  const name = aName();
  const [one] = await placed(1, { customer: { email: `${name}+shop@EXAMPLE.com` }, shippingAddress: address });
  const disguised = { country: 'GB', postalCode: 'n19gu', line1: '1 REGENT ST' };
  const [two] = await placed(1, {
    customer: { email: `${name.toUpperCase()}@example.com` },
    shippingAddress: disguised,
  });
  const orders = [one, two].flatMap((order) => order ?? []);
  await deliver(orders.map(bodyOf));
  const values = [
    ['email', `${name}@example.com`],
    ['address', 'gbn19gu1regentst'],
  ] as const;
  for (const [kind, value] of values) {
    expect(await countedOrders(kind, value)).toBe(2);
    const seconds = Number((await counterOf(kind, value)).expiresAt) - Date.now() / 1000;
    expect(seconds).toBeGreaterThan(3600);
    expect(seconds).toBeLessThan(3 * 3600);
  }
});
