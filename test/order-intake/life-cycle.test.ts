import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Command, lifeCycle, next } from '../../functions/order-intake/order/life-cycle.ts';
import { OrderStatus } from '../../shared/contracts/orders/status.ts';

const statuses = OrderStatus.options;

describe('the life of an order', () => {
  test.each<[OrderStatus, Command, OrderStatus | undefined]>([
    ['placed', 'ship-part', 'partly-shipped'],
    ['placed', 'expire', undefined],
    ['payment-pending', 'expire', 'expired'],
    ['payment-pending', 'ship-rest', undefined],
    ['paid', 'cancel', 'cancelled'],
    ['on-hold', 'ship-part', undefined],
    ['on-hold', 'allocate', undefined],
    ['on-hold', 'expire', 'expired'],
    ['allocated', 'ship-rest', 'shipped'],
    ['partly-shipped', 'cancel', undefined],
    ['partly-shipped', 'hold', 'partly-shipped'],
    ['partly-shipped', 'release-awaiting', 'partly-shipped'],
    ['partly-shipped', 'cancel-rest', 'shipped'],
    ['partly-shipped', 'cancel-rest-delivered', 'delivered'],
    ['shipped', 'cancel-rest-delivered', undefined],
    ['shipped', 'cancel-lines', undefined],
    ['delivered', 'complete', 'completed'],
    ['completed', 'cancel', undefined],
    ['cancelled', 'release', undefined],
    ['expired', 'pay', 'expired'],
  ])('%s, %s: %s', (status, command, after) => {
    expect(next(status, command)).toBe(after);
  });

  test('records that money came, or is missing, in every state', () => {
    for (const status of statuses) expect([next(status, 'pay'), next(status, 'hold')]).not.toContain(undefined);
  });

  test('never leaves its end, and never holds goods that have left', () => {
    for (const status of ['completed', 'cancelled', 'expired'] as const) {
      expect(new Set(Object.values(lifeCycle[status]))).toEqual(new Set([status]));
    }
    for (const status of ['partly-shipped', 'shipped', 'delivered'] as const) {
      expect(Object.values(lifeCycle[status])).not.toContain('on-hold');
    }
  });

  test('reaches every state from its beginning, and an end from every state', () => {
    const after = (from: OrderStatus): OrderStatus[] => Object.values(lifeCycle[from]);
    const reachable = (from: OrderStatus[]): Set<OrderStatus> => {
      const found = new Set(from);
      for (const status of found) for (const other of after(status)) found.add(other);
      return found;
    };
    expect(reachable(['placed', 'payment-pending'])).toEqual(new Set(statuses));
    fc.assert(
      fc.property(fc.constantFrom(...statuses), (status) =>
        ['completed', 'cancelled', 'expired'].some((end) => reachable([status]).has(OrderStatus.parse(end))),
      ),
    );
  });
});
