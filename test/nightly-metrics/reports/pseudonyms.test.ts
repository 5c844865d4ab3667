import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { customerPseudonym } from '../../../functions/event-journal/customer-pseudonym.ts';
import { lakeFilesOf } from '../../../functions/event-journal/decide.ts';
import { personalFields } from '../../../shared/contracts/personal-events.ts';
import { build } from './build-day.ts';
import { lakeFile, orderPlaced } from './lake-files.ts';

const orders = [
  orderPlaced({ orderId: 'ord_1', customer: { id: 'c1', name: 'Ada' }, note: 'Ring', shippingMinor: 495 }),
  orderPlaced({ orderId: 'ord_2', customer: { id: 'c1' }, lines: [{ sku: 'TEA', quantity: 3 }] }),
  orderPlaced({ orderId: 'ord_3', customer: { email: 'bob@example.com' }, shippingAddress: { country: 'FR' } }),
  orderPlaced({ orderId: 'ord_4', customer: {}, channel: 'marketplace', currency: 'EUR' }),
];
const pseudonymOf = (data: unknown) => customerPseudonym('secret', data);
const ofJournal = () => {
  const messages = orders.map((order, index) => ({ messageId: `${index}`, body: JSON.stringify(order) }));
  return lakeFilesOf(messages, { businessDay: () => '2011-06-15', personalFields, pseudonymOf }).files;
};

describe('reports from events without personal data', () => {
  it('equal those from complete events, apart from the names of customers', async () => {
    const complete = await build([lakeFile(...orders)]);
    const kept = await build(ofJournal().map(({ text }) => gzipSync(text)));
    expect(kept.input.events).toBe(orders.length);
    const filesOf = ({ reports }: typeof kept) =>
      reports.filter(({ name }) => name !== 'orders').flatMap(({ files }) => files.map(({ file }) => file));
    expect(filesOf(kept)).toEqual(filesOf(complete));
    for (const file of filesOf(complete)) expect(kept.read(file), file).toEqual(complete.read(file));
    const withoutCustomer = ({ rows }: typeof kept) => rows('orders').map(({ customerId: _name, ...row }) => row);
    expect(withoutCustomer(kept)).toEqual(withoutCustomer(complete));
  });

  it('name each customer by a pseudonym, and customers of earlier events by their id', async () => {
    const { rows } = await build([...ofJournal().map(({ text }) => gzipSync(text)), lakeFile(orderPlaced({}))]);
    const customers = rows('orders').map(({ customerId }) => customerId);
    const c1 = pseudonymOf({ channel: 'storefront', customer: { id: 'c1' } });
    const bob = pseudonymOf({ customer: { email: 'BOB@example.com' } });
    const sorted = (names: unknown[]) => names.map(String).toSorted();
    expect(sorted(customers)).toEqual(sorted([c1, c1, bob, '', 'c1']));
  });

  it('count an event once that the lake has with and without personal data', async () => {
    const files = [lakeFile(...orders), ...ofJournal().map(({ text }) => gzipSync(text))];
    const [one, other] = [await build(files), await build(files.toReversed())];
    expect(one.input).toMatchObject({ events: orders.length, duplicates: orders.length });
    expect(one.read('orders.csv')).toEqual(other.read('orders.csv'));
  });
});
