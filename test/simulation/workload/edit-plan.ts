import type { Assortment } from './assortment.ts';
import type { Dice } from './random.ts';
import type { Submission } from './life-cycle-plan.ts';

/** An order edit, concurrent with payments and cancellations. */
export type PlannedEdit = Submission & {
  editId: string;
  what: 'more' | 'fewer' | 'other-goods' | 'express';
  /** SKU that `other-goods` adds. */
  sku: string;
  /** The edit is repeated with the same id and other content. */
  hasChangedRepeat: boolean;
};

/** Edits of an order; about one order in four has any. */
export const plannedEdits = (dice: Dice, { skus, hotSkus }: Assortment, name: string): PlannedEdit[] =>
  Array.from({ length: dice.happens(0.25) ? dice.pick([1, 1, 2]) : 0 }, (_, index) => ({
    editId: `${name}-edit-${index}`,
    what: dice.pick(['more', 'more', 'fewer', 'other-goods', 'other-goods', 'express'] as const),
    sku: dice.pick(dice.happens(0.3) ? hotSkus : skus).sku,
    hasChangedRepeat: dice.happens(0.2),
    repeats: dice.pick([0, 0, 1, 2]),
    isConcurrent: dice.happens(0.5),
  }));
