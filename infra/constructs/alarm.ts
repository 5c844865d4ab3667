import { Alarm, ComparisonOperator, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { metricNamespace } from '../../shared/lambda/metrics.ts';
import { type CfnOutput, type Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { dataStackName, importFromData } from './exports.ts';

export type AlarmProps = {
  metric: IMetric;
  /** The alarm is raised when each of `periods` periods of the metric reaches it. */
  threshold: number;
  /** @default 1 */
  periods?: number;
  /** What a customer or colleague notices, as a sentence. */
  errorImpact: string;
};

const workflowContext = 'storeworks:workflow';

/** Sets the workflow whose README the alarms of a stack link to. Must precede the stack's first construct. */
export const setWorkflow = (stack: Construct, workflow: string) => stack.node.setContext(workflowContext, workflow);

/** Adds an alarm that notifies the alarm topic: its text says what customers notice and which README says what to do. */
export function addAlarm(scope: Construct, id: string, { metric, threshold, periods = 1, errorImpact }: AlarmProps) {
  const alarm = new Alarm(scope, id, {
    // Such as `Storeworks-OrderIntake/QueuedOrders/DeadLetters/NotEmpty`: people find it, and dashboards name it.
    alarmName: `Storeworks-${scope.node.path}/${id}`,
    metric,
    threshold,
    evaluationPeriods: periods,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmDescription: `${errorImpact} What to do: functions/${scope.node.getContext(workflowContext)}/README.md`,
  });
  alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topicArnFor(scope) }) });
}

/** The sum of a metric that the functions of a workflow record, over a period. */
export const recordedMetric = (workflow: string, metricName: string, period: Duration): IMetric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { service: workflow },
    period,
    statistic: 'Sum',
  });

/** A stack cannot import its own export. */
function topicArnFor(scope: Construct): string {
  const stack = Stack.of(scope);
  if (stack.stackName !== dataStackName) return importFromData('AlarmTopicArn');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- exportValue created it
  return (stack.node.findChild('AlarmTopicArn') as CfnOutput).value as string;
}
