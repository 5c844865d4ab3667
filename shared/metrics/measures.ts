import type { Measure } from './measure.ts';
import { moneyMeasures } from './money-measures.ts';
import { goodsMeasures, orderMeasures, promotionMeasures, ratios } from './sales-measures.ts';

/** Every measure once, by name. */
export const measures: readonly Measure[] = [
  ...new Map(
    [...goodsMeasures, ...orderMeasures, ...moneyMeasures, ...promotionMeasures, ...ratios].map((each) => [
      each.name,
      each,
    ]),
  ).values(),
];
