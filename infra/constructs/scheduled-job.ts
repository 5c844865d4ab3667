import { Duration } from 'aws-cdk-lib';
import { EventBus, type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type FunctionProps, WorkflowFunction } from './workflow-function.ts';

type Props = FunctionProps<never> & {
  /** `cron(…)` or `rate(…)` of EventBridge Scheduler. */
  schedule: string;
  /** IANA zone of a `cron` expression. */
  timeZone: string;
  /**
   * A `sweep` handles everything that is due, so the next run does the work of a failed one: Lambda does not retry it.
   * Lambda retries a `daily` job twice, then sends its record to the dead-letter queue.
   */
  kind: 'sweep' | 'daily';
};

/** A function that EventBridge Scheduler invokes. An invocation that fails goes to the dead-letter queue. */
export class ScheduledJob extends Construct {
  private readonly job: WorkflowFunction;
  private readonly deadLetterQueue: DeadLetterQueue;

  constructor(scope: Construct, id: string, { schedule, timeZone, kind, ...rest }: Props) {
    super(scope, id);
    const { handler, errorImpact } = rest;
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters', { errorImpact });
    const job = new WorkflowFunction(this, 'Function', rest);
    job.configureAsyncInvoke({
      maxEventAge: Duration.hours(6),
      ...(kind === 'daily'
        ? { retryAttempts: 2, onFailure: new SqsDestination(deadLetterQueue) }
        : { retryAttempts: 0 }),
    });

    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [job.functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetterQueue.queueArn] }));
    const created = new CfnSchedule(this, 'Schedule', {
      description: `Storeworks ${handler}`,
      scheduleExpression: schedule,
      scheduleExpressionTimezone: timeZone,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: job.functionArn,
        roleArn: role.roleArn,
        retryPolicy: { maximumEventAgeInSeconds: Duration.hours(6).toSeconds() },
        deadLetterConfig: { arn: deadLetterQueue.queueArn },
      },
    });
    created.node.addDependency(role);
    this.job = job;
    this.deadLetterQueue = deadLetterQueue;
  }

  /** Runs the job for each of these events as well. An event that cannot be delivered goes to the dead-letter queue. */
  alsoOn(busName: string, eventPattern: EventPattern): void {
    const eventBus = EventBus.fromEventBusName(this, 'Bus', busName);
    const rule = new Rule(this, 'Rule', { eventBus, eventPattern });
    rule.addTarget(new LambdaFunction(this.job, { deadLetterQueue: this.deadLetterQueue }));
  }
}
