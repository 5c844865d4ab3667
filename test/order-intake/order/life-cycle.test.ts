import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Command, transitions, next } from '../../../functions/order-intake/order/life-cycle.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';

const statuses = OrderStatus.options;

describe('order life cycle', () => {
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
    ['completed', 'reopen', 'delivered'],
    ['expired', 'reopen', undefined],
    ['allocated', 'correct', 'allocated'],
    ['shipped', 'correct', undefined],
    ['cancelled', 'release', undefined],
    ['expired', 'pay', 'expired'],
  ])('%s, %s: %s', (status, command, after) => {
    expect(next(status, command)).toBe(after);
  });

  test('accepts `pay` and `hold` in every state', () => {
    for (const status of statuses) expect([next(status, 'pay'), next(status, 'hold')]).not.toContain(undefined);
  });

  test('leaves a terminal state only by a corrected delivery, and never puts shipped orders on hold', () => {
    for (const status of ['cancelled', 'expired'] as const) {
      expect(new Set(Object.values(transitions[status]))).toEqual(new Set([status]));
    }
    const { reopen, ...others } = transitions.completed;
    expect([reopen, ...Object.values(others)]).toEqual(['delivered', 'completed', 'completed', 'completed']);
    for (const status of ['partly-shipped', 'shipped', 'delivered'] as const) {
      expect(Object.values(transitions[status])).not.toContain('on-hold');
    }
  });

  test('reaches every state from the initial states, and a terminal state from every state', () => {
    const after = (from: OrderStatus): OrderStatus[] => Object.values(transitions[from]);
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
