import type { Assortment } from './assortment.ts';
import type { Dice } from './random.ts';
import type { Sending } from './life-cycle-plan.ts';

/** A change of what was ordered, while the order is paid and cancelled. */
export type PlannedEdit = Sending & {
  editId: string;
  what: 'more' | 'fewer' | 'other-goods' | 'express';
  /** Of the other goods. */
  sku: string;
  /** Sent once more under the same id with other content. */
  isContradicted: boolean;
};

/** The edits of an order, of about every fourth. */
export const plannedEdits = (dice: Dice, { skus, rushes }: Assortment, name: string): PlannedEdit[] =>
  Array.from({ length: dice.happens(0.25) ? dice.pick([1, 1, 2]) : 0 }, (_, index) => ({
    editId: `${name}-edit-${index}`,
    what: dice.pick(['more', 'more', 'fewer', 'other-goods', 'other-goods', 'express'] as const),
    sku: dice.pick(dice.happens(0.3) ? rushes : skus).sku,
    isContradicted: dice.happens(0.2),
    repeats: dice.pick([0, 0, 1, 2]),
    isHasty: dice.happens(0.5),
  }));
