import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type FunctionProps, WorkflowFunction, workflowOf } from './workflow-function.ts';

type Props = FunctionProps & {
  /** `cron(…)` or `rate(…)` of EventBridge Scheduler. */
  schedule: string;
  /** IANA zone whose clocks a `cron` follows, summer time included. */
  timeZone: string;
  /**
   * A `sweep` does whatever is due by then, so that the next one makes up for one that failed: it is not repeated, and
   * its alarm is all there is to tell. A `day` would miss its job, which after three tries waits in the dead-letter queue.
   */
  runsFor: 'sweep' | 'day';
};

/** A function that the clock starts. What could not even be started waits in the dead-letter queue. */
export class ScheduledJob extends Construct {
  readonly function: WorkflowFunction;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { schedule, timeZone, runsFor, ...rest } = props;
    const { entry, failureMeans } = rest;
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', { workflow: workflowOf(entry), failureMeans });
    this.function = new WorkflowFunction(this, 'Function', rest);
    this.function.configureAsyncInvoke({
      maxEventAge: Duration.hours(6),
      ...(runsFor === 'day'
        ? { retryAttempts: 2, onFailure: new SqsDestination(deadLetterQueue) }
        : { retryAttempts: 0 }),
    });

    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetterQueue.queueArn] }));
    const created = new CfnSchedule(this, 'Schedule', {
      description: `Storeworks ${entry}`,
      scheduleExpression: schedule,
      scheduleExpressionTimezone: timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: this.function.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumEventAgeInSeconds: Duration.hours(6).toSeconds() },
        deadLetterConfig: { arn: deadLetterQueue.queueArn },
      },
    });
    created.node.addDependency(role);
  }
}
