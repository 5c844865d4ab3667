import type { OrderStatus } from '../../../shared/contracts/orders/status.ts';

/**
 * What can be done with an order. `-part` and `-rest` tell whether units are left, `-delivered` that all others have
 * arrived; `pay` (all is paid) and `hold` are facts that come from outside, so they have a row in every state.
 */
export type Command =
  | 'pay'
  | 'hold'
  | 'release'
  | 'release-paid'
  | 'release-awaiting'
  | 'edit'
  | 'allocate'
  | 'cancel'
  | 'cancel-lines'
  | 'cancel-rest'
  | 'cancel-rest-delivered'
  | 'ship-part'
  | 'ship-rest'
  | 'deliver-part'
  | 'deliver-rest'
  | 'complete'
  | 'expire';

const open = { hold: 'on-hold', cancel: 'cancelled' } as const;
const shippable = { 'ship-part': 'partly-shipped', 'ship-rest': 'shipped' } as const;
const unchanged = <const S extends OrderStatus>(status: S) => ({ pay: status, hold: status });

/** The whole life of an order: its state, the command, the state after it. What is not here is illegal. */
export const lifeCycle: Record<OrderStatus, Partial<Record<Command, OrderStatus>>> = {
  placed: { ...open, ...shippable, edit: 'placed', pay: 'paid', allocate: 'allocated', 'cancel-lines': 'placed' },
  'payment-pending': {
    ...open,
    edit: 'payment-pending',
    pay: 'paid',
    expire: 'expired',
    'cancel-lines': 'payment-pending',
  },
  paid: { ...open, ...shippable, edit: 'paid', pay: 'paid', allocate: 'allocated', 'cancel-lines': 'paid' },
  'on-hold': {
    ...open,
    pay: 'paid',
    release: 'placed',
    'release-paid': 'paid',
    'release-awaiting': 'payment-pending',
    expire: 'expired',
    'cancel-lines': 'on-hold',
    edit: 'on-hold',
  },
  allocated: { ...open, ...shippable, pay: 'allocated', 'cancel-lines': 'allocated' },
  'partly-shipped': {
    ...unchanged('partly-shipped'),
    ...shippable,
    release: 'partly-shipped',
    'release-paid': 'partly-shipped',
    'release-awaiting': 'partly-shipped',
    'deliver-part': 'partly-shipped',
    'cancel-lines': 'partly-shipped',
    'cancel-rest': 'shipped',
    'cancel-rest-delivered': 'delivered',
  },
  shipped: { ...unchanged('shipped'), 'deliver-part': 'shipped', 'deliver-rest': 'delivered' },
  delivered: { ...unchanged('delivered'), complete: 'completed' },
  completed: unchanged('completed'),
  cancelled: unchanged('cancelled'),
  expired: unchanged('expired'),
};

/** States in which reasons can hold an order: the whole of it, or what has not left yet. */
export const canBeHeld = (status: OrderStatus): boolean => status === 'on-hold' || status === 'partly-shipped';

/** The state after the command, or undefined if it is illegal now. */
export const next = (status: OrderStatus, command: Command): OrderStatus | undefined => lifeCycle[status][command];
