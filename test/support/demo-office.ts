import { fillWithDemo } from '../../infra/demo/demo.ts';
import { type Month, readMonth } from '../../infra/demo/month.ts';
import { type BackOffice, startBackOffice } from './system/back-office.ts';

/** A quarter of the orders of the demo, of all its days. */
const smallMonth = (): Month => {
  const { products, orders } = readMonth();
  return { products, orders: orders.filter((_, index) => index % 4 === 0) };
};

/** Fills a store with a smaller demo: all kinds of orders and refunds, and the reports of two nights. */
export const fillWithSmallDemo = (office: BackOffice, signal = new AbortController().signal) =>
  fillWithDemo(office, signal, { month: smallMonth(), nights: 2, show: (_title, work) => work(() => {}) });

/** A back office with the smaller demo. */
export async function startDemoOffice(options: Parameters<typeof startBackOffice>[0] = {}): Promise<BackOffice> {
  const office = await startBackOffice(options);
  try {
    await fillWithSmallDemo(office);
    return office;
  } catch (error) {
    await office.stop();
    throw error;
  }
}
