import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

type Watch = {
  metric: IMetric;
  /** Reached or passed in each of `periods` (one unless told) periods of the metric. */
  threshold: number;
  periods?: number;
  workflow: string;
  /** What a customer or colleague notices, as a sentence. */
  failureMeans: string;
};

/** An alarm for the person it wakes: what customers feel, and the README that says what to do. */
export const watch = (
  scope: Construct,
  id: string,
  { metric, threshold, periods = 1, workflow, failureMeans }: Watch,
) =>
  new Alarm(scope, id, {
    metric,
    threshold,
    evaluationPeriods: periods,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${failureMeans} What to do: functions/${workflow}/README.md`,
  });
