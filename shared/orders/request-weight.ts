/** An order of 50 lines takes about five times the time of one of a line. */
const linesPerRequest = 10;

/** The requests that an order counts as in its caller's quota: one per started ten lines. */
export const requestsOfOrder = (order: unknown): number =>
  Math.max(1, Math.ceil(listOf(order, 'lines').length / linesPerRequest));

/** A batch counts as its orders would. */
export const requestsOfBatch = (body: unknown): number =>
  listOf(body, 'orders').reduce((sum: number, order) => sum + requestsOfOrder(order), 0);

function listOf(value: unknown, name: 'lines' | 'orders'): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const list: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return Array.isArray(list) ? list : [];
}
