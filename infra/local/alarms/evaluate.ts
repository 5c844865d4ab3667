export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export type AlarmRule = {
  periodSeconds: number;
  evaluationPeriods: number;
  datapointsToAlarm: number;
  threshold: number;
  comparison: keyof typeof comparisons;
  missing: 'breaching' | 'notBreaching' | 'ignore' | 'missing';
};

export const comparisons = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

/**
 * The state of an alarm by the values of its last periods, the newest first; undefined is a period without data. Source:
 * CloudWatch, "Evaluating an alarm" and "Configuring how alarms treat missing data".
 */
export function evaluate(
  { comparison, threshold, datapointsToAlarm, missing }: AlarmRule,
  values: readonly (number | undefined)[],
  before: AlarmState,
): AlarmState {
  const isBreaching = comparisons[comparison];
  if (values.every((value) => value === undefined)) {
    if (missing === 'ignore') return before;
    if (missing === 'missing') return 'INSUFFICIENT_DATA';
  }
  const breaching = values.filter((value) =>
    value === undefined ? missing === 'breaching' : isBreaching(value, threshold),
  );
  return breaching.length >= datapointsToAlarm ? 'ALARM' : 'OK';
}
