import type { Measure } from './measure.ts';
import { moneyMeasures } from './money-measures.ts';
import { stockMeasures } from './stock-measures.ts';
import { conversion, goodsMeasures, orderMeasures, promotionMeasures, ratios, visits } from './sales-measures.ts';

/** Every measure once, by name. */
export const measures: readonly Measure[] = [
  ...new Map(
    [
      ...goodsMeasures,
      ...orderMeasures,
      ...moneyMeasures,
      ...promotionMeasures,
      visits,
      ...ratios,
      conversion,
      ...stockMeasures,
    ].map((each) => [each.name, each]),
  ).values(),
];
