import * as z from 'zod';
import { MovementType, StockStatus } from '../contracts/stock/events.ts';
import { CallerId, EventInstant, Sku, Warehouse } from '../names.ts';

/**
 * A requested change of stock, over HTTP, in a queue message or in a row of a file. `quantity` is signed for an adjustment,
 * the units found for a count, the units to withhold for safety stock, and positive for the other types.
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
    /** Last day on which the lot is sold. */
    expiresOn: z.iso.date().optional(),
    /**
     * Later movements are added to the quantity of a count.
     * @default the time of the request, the message or the upload
     */
    occurredAt: EventInstant.optional(),
    /** For a count: rejects it if on hand is not this figure. Later movements are not added then. */
    expectedOnHand: z.int().nonnegative().optional(),
    /**
     * For a count: whether `quantity` includes the units that open orders reserve.
     * @default 'included'
     */
    openOrders: z.enum(['included', 'deducted']).optional(),
    /**
     * Status of the units before the movement.
     * @default 'available'
     */
    from: StockStatus.optional(),
    /**
     * Status of the units after the movement.
     * @default 'available'
     */
    to: StockStatus.optional(),
    /** Id of the transfer between two warehouses. */
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

const mayBeZero = new Set<MovementType>(['count', 'safety-stock', 'expiry-correction']);

/** The movement types that allow a field. */
const allowedFor = {
  expectedOnHand: ['count'],
  openOrders: ['count'],
  from: ['damage', 'write-off', 'transfer-out', 'status-change'],
  to: ['receipt', 'return', 'transfer-in', 'status-change'],
  transferId: ['transfer-out', 'transfer-in', 'transit-loss'],
  expiresOn: ['receipt', 'return', 'expiry-correction'],
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
    problems.push(['quantity', `Only an adjustment may be negative, only ${[...mayBeZero].join(', ')} may be zero`]);
  }
  if (type === 'adjustment' && quantity === 0) problems.push(['quantity', 'An adjustment must not be zero']);
  for (const [field, types] of restricted) {
    if (movement[field] !== undefined && !types.includes(type)) {
      problems.push([field, `Only for ${types.join(', ')}`]);
    }
  }
  if (type === 'status-change' && (from ?? 'available') === (to ?? 'available')) {
    problems.push(['to', '`from` and `to` must differ']);
  }
  if (type === 'damage' && from === 'damaged') problems.push(['from', 'These units are already damaged']);
  if (type === 'transit-loss' && movement.transferId === undefined)
    problems.push(['transferId', 'A transit loss names the transfer']);
  if (type === 'expiry-correction' && expiresOn === undefined)
    problems.push(['expiresOn', 'An expiry correction has the right day']);
  if (type === 'expiry-correction' && quantity !== 0)
    problems.push(['quantity', 'An expiry correction changes the day of the whole lot, and its quantity is 0']);
  if (expiresOn !== undefined && lot === undefined) problems.push(['expiresOn', 'Only allowed with `lot`']);
  return problems;
}
