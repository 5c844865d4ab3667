import * as z from 'zod';
import { MovementType, StockStatus } from '../contracts/stock/events.ts';
import { CallerId, Instant, Sku, Warehouse } from '../names.ts';

/**
 * A change of stock as its caller asks for it, over HTTP, by queue message and as a row of a file. `quantity` is signed
 * for an adjustment, the units found for a count, the units to keep back for safety stock, and positive for every other
 * type.
 */
export const Movement = z
  .strictObject({
    movementId: CallerId,
    sku: Sku,
    warehouse: Warehouse,
    type: MovementType,
    quantity: z.int().min(-1_000_000_000).max(1_000_000_000),
    reason: z.string().trim().min(1).max(200).optional(),
    lot: z.string().trim().min(1).max(64).optional(),
    /** Of a received lot; from the day after it is not suggested any more. */
    expiresOn: z.iso.date().optional(),
    /** When it was sent, unless told. What moved since a count was made comes on top of its figure. */
    occurredAt: Instant.optional(),
    /** For a count: refuse it if the books have moved on from this figure, and add nothing to its own. */
    expectedOnHand: z.int().nonnegative().optional(),
    /** For a count: whether units that open orders have reserved are in the figure (the default) or were deducted. */
    openOrders: z.enum(['included', 'deducted']).optional(),
    /** What the units are that go out; available unless told. */
    from: StockStatus.optional(),
    /** What the units become that come in; available unless told. */
    to: StockStatus.optional(),
    /** Names the transfer under which units are in transit, from one warehouse to another. */
    transferId: CallerId.optional(),
  })
  .superRefine((movement, context) => {
    for (const [field, message] of problemsOf(movement)) {
      context.addIssue({ code: 'custom', path: [field], message, input: movement[field] });
    }
  })
  .meta({ id: 'Movement' });
export type Movement = z.infer<typeof Movement>;

type Fields = {
  type: MovementType;
  quantity: number;
  lot?: string | undefined;
  from?: StockStatus | undefined;
  to?: StockStatus | undefined;
} & { [field in keyof typeof allowedFor]?: unknown };

const mayBeZero = new Set<MovementType>(['count', 'safety-stock']);

/** The types for which a field means something. */
const allowedFor = {
  expectedOnHand: ['count'],
  openOrders: ['count'],
  from: ['damage', 'write-off', 'transfer-out', 'status-change'],
  to: ['receipt', 'return', 'transfer-in', 'status-change'],
  transferId: ['transfer-out', 'transfer-in'],
  expiresOn: ['receipt', 'return'],
} satisfies Record<string, MovementType[]>;
const restricted: [keyof typeof allowedFor, MovementType[]][] = [
  ['expectedOnHand', allowedFor.expectedOnHand],
  ['openOrders', allowedFor.openOrders],
  ['from', allowedFor.from],
  ['to', allowedFor.to],
  ['transferId', allowedFor.transferId],
  ['expiresOn', allowedFor.expiresOn],
];

function problemsOf(movement: Fields): ['quantity' | keyof typeof allowedFor, string][] {
  const { type, quantity, from, to, lot, expiresOn } = movement;
  const problems: ReturnType<typeof problemsOf> = [];
  if (type !== 'adjustment' && quantity < (mayBeZero.has(type) ? 0 : 1)) {
    problems.push(['quantity', 'Only an adjustment may be negative, only a count or safety stock may be zero']);
  }
  if (type === 'adjustment' && quantity === 0) problems.push(['quantity', 'An adjustment changes something']);
  for (const [field, types] of restricted) {
    if (movement[field] !== undefined && !types.includes(type)) {
      problems.push([field, `Only for ${types.join(', ')}`]);
    }
  }
  if (type === 'status-change' && (from ?? 'available') === (to ?? 'available')) {
    problems.push(['to', 'A change of status is from one to another']);
  }
  if (type === 'damage' && from === 'damaged') problems.push(['from', 'Damaged units are damaged already']);
  if (expiresOn !== undefined && lot === undefined) problems.push(['expiresOn', 'Only a lot expires']);
  return problems;
}
