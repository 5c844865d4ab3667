/** Values of consecutive days, oldest first: units, or minor units of one currency. The last value is that of the last day. */
export type Daily = readonly number[];

export type DemandClass = 'smooth' | 'erratic' | 'intermittent' | 'lumpy';

/** Borders of Syntetos, Boylan and Croston, 2005: mean days between demands, and squared variation of their sizes. */
const demandBorders = { interval: 1.32, squaredVariation: 0.49 } as const;

export const mean = (values: Daily): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** How regular the demand of a series is; a series without any demand is `intermittent`. */
export function demandClass(series: Daily): DemandClass {
  const demands = series.filter((value) => value > 0);
  if (demands.length === 0) return 'intermittent';
  const size = mean(demands);
  const variance = mean(demands.map((value) => (value - size) ** 2));
  const isRare = series.length / demands.length >= demandBorders.interval;
  const isVariable = variance / size ** 2 >= demandBorders.squaredVariation;
  if (isRare) return isVariable ? 'lumpy' : 'intermittent';
  return isVariable ? 'erratic' : 'smooth';
}
