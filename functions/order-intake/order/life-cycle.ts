import type { OrderStatus } from '../../../shared/contracts/orders/status.ts';

/**
 * Commands of an order. `-rest` concerns its last open units, `-part` only some; `-delivered`: all shipments have arrived.
 * `pay` (fully paid) and `hold` report facts, so that every status allows them.
 */
export type Command =
  | 'pay'
  | 'hold'
  | 'release'
  | 'release-paid'
  | 'release-awaiting'
  | 'edit'
  | 'correct'
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
  | 'reopen'
  | 'expire'
  | 'erase';

const open = { hold: 'on-hold', cancel: 'cancelled' } as const;
const shippable = { 'ship-part': 'partly-shipped', 'ship-rest': 'shipped' } as const;
const unchanged = <const S extends OrderStatus>(status: S) => ({ pay: status, hold: status });

/** Status, command and next status. Every other combination is an illegal transition. */
export const transitions: Record<OrderStatus, Partial<Record<Command, OrderStatus>>> = {
  placed: {
    ...open,
    ...shippable,
    edit: 'placed',
    correct: 'placed',
    pay: 'paid',
    allocate: 'allocated',
    'cancel-lines': 'placed',
  },
  'payment-pending': {
    ...open,
    edit: 'payment-pending',
    correct: 'payment-pending',
    pay: 'paid',
    expire: 'expired',
    'cancel-lines': 'payment-pending',
  },
  paid: {
    ...open,
    ...shippable,
    edit: 'paid',
    correct: 'paid',
    pay: 'paid',
    allocate: 'allocated',
    'cancel-lines': 'paid',
  },
  'on-hold': {
    ...open,
    pay: 'paid',
    release: 'placed',
    'release-paid': 'paid',
    'release-awaiting': 'payment-pending',
    expire: 'expired',
    'cancel-lines': 'on-hold',
    edit: 'on-hold',
    correct: 'on-hold',
  },
  allocated: { ...open, ...shippable, correct: 'allocated', pay: 'allocated', 'cancel-lines': 'allocated' },
  'partly-shipped': {
    ...unchanged('partly-shipped'),
    ...shippable,
    correct: 'partly-shipped',
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
  // A corrected delivery can move the end of the return window into the future.
  completed: { ...unchanged('completed'), reopen: 'delivered', erase: 'completed' },
  cancelled: { ...unchanged('cancelled'), erase: 'cancelled' },
  expired: { ...unchanged('expired'), erase: 'expired' },
};

/** Statuses with hold reasons: they hold the whole order, or the units of a partly shipped order that have not shipped. */
export const canBeHeld = (status: OrderStatus): boolean => status === 'on-hold' || status === 'partly-shipped';

/** An order that is cancelled as a whole, or expired, holds nothing of the limits of promotions. */
export const holdsClaims = (status: OrderStatus): boolean => status !== 'cancelled' && status !== 'expired';

/** The status after the command; undefined if the command is illegal. */
export const next = (status: OrderStatus, command: Command): OrderStatus | undefined => transitions[status][command];
