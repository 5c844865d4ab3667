import type { Movement } from '../../../shared/stock/movement.ts';
import { type PlannedSku, warehouses } from './assortment.ts';
import type { Dice } from './random.ts';
import type { Submission } from './life-cycle-plan.ts';

/** Stock movements that the warehouse sends together, and how. */
export type PlannedMovementDelivery = Submission & {
  id: string;
  transport: 'http' | 'queue' | 'file';
  movements: Movement[];
};

/** Deliveries of a few movements. They include scarce SKUs, so that movements and orders compete. */
export const plannedMovementDeliveries = (
  dice: Dice,
  skus: readonly PlannedSku[],
  count: number,
): PlannedMovementDelivery[] =>
  Array.from({ length: count }, (_, index) => {
    const id = `note-${index}`;
    const movements = Array.from({ length: dice.whole(1, 4) }, (_unused, part) =>
      plannedMovements(dice, dice.pick(skus), `${id}-${part}`),
    ).flat();
    const transport = dice.pick(['http', 'http', 'http', 'queue', 'file'] as const);
    return { id, transport, movements, repeats: dice.pick([0, 1, 1, 2]), isConcurrent: dice.happens(0.5) };
  });

type Kind = (dice: Dice, quantity: number, counted: number) => Partial<Movement> & Pick<Movement, 'type'>;

const lots = ['A', 'B'];
const optionalLot = (dice: Dice) => (dice.happens(0.5) ? { lot: dice.pick(lots) } : {});
/** Kinds of movements. A movement of more units than there are is rejected, which is a valid case. */
const kinds: Kind[] = [
  () => ({ type: 'receipt' }),
  (dice) => ({ type: 'receipt', lot: dice.pick(lots) }),
  (dice) => ({ type: 'receipt', to: 'inspection', ...optionalLot(dice) }),
  (dice, quantity) => ({ type: 'adjustment', quantity: dice.happens(0.5) ? -quantity : quantity }),
  (dice) => ({ type: 'damage', ...optionalLot(dice) }),
  () => ({ type: 'return' }),
  () => ({ type: 'write-off' }),
  (dice) => ({ type: 'write-off', lot: dice.pick(lots) }),
  (dice) => ({ type: 'write-off', from: 'damaged', ...optionalLot(dice) }),
  (dice) => ({ type: 'status-change', from: 'inspection', to: 'available', ...optionalLot(dice) }),
  () => ({ type: 'safety-stock' }),
  (_dice, _quantity, counted) => ({ type: 'count', quantity: counted }),
  (_dice, _quantity, counted) => ({ type: 'count', quantity: counted, openOrders: 'deducted' }),
  (_dice, _quantity, counted) => ({ type: 'count', quantity: counted, expectedOnHand: counted + 1 }),
];

function plannedMovements(dice: Dice, { sku, units }: PlannedSku, id: string): Movement[] {
  const quantity = dice.whole(1, 4);
  const warehouse = dice.pick(warehouses);
  const counted = Math.ceil(((units[warehouse] ?? 0) * dice.whole(5, 10)) / 10) + quantity;
  const common = { movementId: id, sku, warehouse, quantity, reason: 'simulated' };
  if (dice.happens(0.2)) return plannedTransfer(dice, common);
  return [{ ...common, ...dice.pick(kinds)(dice, quantity, counted) }];
}

/** A transfer between the warehouses, which may arrive with a unit less or more than sent. */
function plannedTransfer(dice: Dice, out: Omit<Movement, 'type'>): Movement[] {
  const transferId = `transfer-${out.movementId}`;
  const arrived = Math.max(1, out.quantity + dice.pick([0, 0, -1, 1]));
  const [first, second] = warehouses;
  const into = { ...out, movementId: `${out.movementId}-in`, warehouse: out.warehouse === first ? second : first };
  const lost = { ...out, movementId: `${out.movementId}-lost`, quantity: 1, type: 'transit-loss' as const, transferId };
  return [
    { ...out, type: 'transfer-out', transferId },
    { ...into, quantity: arrived, type: 'transfer-in', transferId },
    ...(arrived < out.quantity ? [lost] : []),
  ];
}
