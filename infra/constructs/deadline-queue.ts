import { Stack, Validations } from 'aws-cdk-lib';
import { Grant, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { ScheduleEnv } from '../../functions/refund-approval/env.ts';
import type { WorkflowFunction } from './workflow-function.ts';
import { WorkQueue, type WorkQueueProps } from './work-queue.ts';

/**
 * What falls due at times that are known at run time only: one-time schedules, which a function makes, put messages on
 * the queue of another. What a schedule could not put there, or the function could not handle, waits in the dead-letter
 * queue.
 */
export class DeadlineQueue extends WorkQueue {
  /** What the function that makes the schedules must know. */
  readonly scheduleEnvironment: ScheduleEnv;
  private readonly role: Role;
  private readonly group: CfnScheduleGroup;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id, props);
    const stack = Stack.of(this);
    this.group = new CfnScheduleGroup(this, 'Schedules');
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        // Only schedules of this group, so that nobody else's schedule can act for us:
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': this.group.attrArn } },
      }),
    });
    const reached = [this.queue.queueArn, this.deadLetterQueue.queueArn];
    this.role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: reached }));
    this.scheduleEnvironment = {
      SCHEDULE_GROUP_NAME: this.group.ref,
      SCHEDULE_QUEUE_ARN: this.queue.queueArn,
      SCHEDULE_DEAD_LETTER_QUEUE_ARN: this.deadLetterQueue.queueArn,
      SCHEDULE_ROLE_ARN: this.role.roleArn,
    };
  }

  /** Allows to make, change and delete schedules of this queue, under its role and no other. */
  grantSchedule(grantee: WorkflowFunction): void {
    const stack = Stack.of(this);
    const ofGroup = { service: 'scheduler', resource: 'schedule', resourceName: `${this.group.ref}/*` };
    Grant.addToPrincipal({
      grantee,
      actions: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule', 'scheduler:DeleteSchedule'],
      resourceArns: [stack.formatArn(ofGroup)],
    });
    Grant.addToPrincipal({
      grantee,
      actions: ['iam:PassRole'],
      resourceArns: [this.role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    });
    Validations.of(grantee.role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/<${stack.getLogicalId(this.group)}>/*]`,
      reason: 'Schedules are made at run time, one by one. These are the ones of this group only.',
    });
  }
}
