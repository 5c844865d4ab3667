import * as z from 'zod';
import { MovementType, StockStatus } from '../contracts/stock/events.ts';
import { AmountMinor, CallerId, EventInstant, Sku, Warehouse } from '../names.ts';

/**
 * A requested change of stock, over HTTP, in a queue message or in a row of a file. `quantity` is signed for an adjustment,
 * the units found for a count, the units to withhold for safety stock, and positive for the other types.
 */
export const Movement = z
  .strictObject({
    movementId: CallerId.meta({
      description: 'Id of the movement, chosen by the caller; a repeated movement has the same one',
      example: 'receipt-2026-11-30-17',
    }),
    sku: Sku.describe('SKU'),
    warehouse: Warehouse.describe('Warehouse'),
    type: MovementType.describe('Kind of the movement'),
    quantity: z.int().min(-1_000_000_000).max(1_000_000_000).meta({
      description:
        'Number of units: signed for an adjustment, the units found for a count, the units to withhold for safety stock, positive for the other types',
      example: 24,
    }),
    reason: z.string().trim().min(1).max(200).optional().meta({
      description:
        'Why stock is moved. For an adjustment, damage or write-off one of the store’s list, if it has one (`/settings/reasons`)',
      example: 'Delivery note 5521',
    }),
    lot: z.string().trim().min(1).max(64).optional().meta({ description: 'Lot of the units', example: 'L2026-11' }),
    expiresOn: z.iso
      .date()
      .optional()
      .meta({ description: 'Last day on which the lot is sold', example: '2027-05-31' }),
    /**
     * Later movements are added to the quantity of a count.
     * @default the time of the request, the message or the upload
     */
    occurredAt: EventInstant.optional().describe(
      'Time of the movement; later movements are added to the quantity of a count. Default: the time of the request, the message or the upload',
    ),
    expectedOnHand: z.int().nonnegative().optional().meta({
      description: 'For a count: rejects it if on hand is not this figure. Later movements are not added then',
      example: 24,
    }),
    /**
     * For a count: whether `quantity` includes the units that open orders reserve.
     * @default 'included'
     */
    openOrders: z
      .enum(['included', 'deducted'])
      .optional()
      .describe('For a count: whether `quantity` includes the units that open orders reserve. Default: `included`'),
    /**
     * Status of the units before the movement.
     * @default 'available'
     */
    from: StockStatus.optional().describe('Status of the units before the movement. Default: `available`'),
    /**
     * Status of the units after the movement.
     * @default 'available'
     */
    to: StockStatus.optional().describe('Status of the units after the movement. Default: `available`'),
    transferId: CallerId.optional().meta({
      description: 'Id of the transfer between two warehouses',
      example: 'transfer-88',
    }),
    unitCostMinor: AmountMinor.optional().meta({
      description:
        'For a receipt: purchase cost of a unit, in minor units of the SKU’s currency. Default: the cost in the catalogue',
      example: 850,
    }),
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
  unitCostMinor: ['receipt'],
} satisfies Record<string, MovementType[]>;
const restricted: [keyof typeof allowedFor, MovementType[]][] = [
  ['expectedOnHand', allowedFor.expectedOnHand],
  ['openOrders', allowedFor.openOrders],
  ['from', allowedFor.from],
  ['to', allowedFor.to],
  ['transferId', allowedFor.transferId],
  ['expiresOn', allowedFor.expiresOn],
  ['unitCostMinor', allowedFor.unitCostMinor],
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
