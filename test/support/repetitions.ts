/**
 * A number of orders, runs of a property or other repetitions, or the share of it that CI takes: `TEST_SHARE`, 1 by default.
 */
export const repetitions = (count: number): number =>
  Math.max(1, Math.ceil(count * Number(process.env.TEST_SHARE ?? 1)));
