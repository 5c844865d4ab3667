import { Stack, Validations } from 'aws-cdk-lib';
import { Grant, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { Access } from './access.ts';
import { type ConsumerProps, type QueueProps, WorkQueue } from './work-queue.ts';
import type { WorkflowFunction } from './workflow-function.ts';

type ScheduleVariable =
  'SCHEDULE_GROUP_NAME' | 'SCHEDULE_QUEUE_ARN' | 'SCHEDULE_DEAD_LETTER_QUEUE_ARN' | 'SCHEDULE_ROLE_ARN';

/**
 * A queue for messages at times that are known at run time only: one-time schedules, which a function creates, send
 * them. A schedule that cannot send its message sends it to the dead-letter queue.
 */
export class ScheduleQueue extends WorkQueue {
  /** Access to create, change and delete schedules of this queue, with its role only. */
  readonly scheduler: Access<ScheduleVariable>;

  constructor(scope: Construct, id: string, props: ConsumerProps<never> & QueueProps) {
    super(scope, id, props);
    const { account } = Stack.of(this);
    const group = new CfnScheduleGroup(this, 'Schedules');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        // Only schedules of this group may assume the role:
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        conditions: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': group.attrArn } },
      }),
    });
    const reached = [this.queue.queueArn, this.deadLetterQueue.queueArn];
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: reached }));
    this.scheduler = {
      variables: {
        SCHEDULE_GROUP_NAME: group.ref,
        SCHEDULE_QUEUE_ARN: this.queue.queueArn,
        SCHEDULE_DEAD_LETTER_QUEUE_ARN: this.deadLetterQueue.queueArn,
        SCHEDULE_ROLE_ARN: role.roleArn,
      },
      grant: (grantee) => grantSchedules(grantee, group, role),
    };
  }
}

function grantSchedules({ role: grantee }: WorkflowFunction, group: CfnScheduleGroup, role: Role): void {
  const stack = Stack.of(group);
  const schedules = { service: 'scheduler', resource: 'schedule', resourceName: `${group.ref}/*` };
  Grant.addToPrincipal({
    grantee,
    actions: ['scheduler:CreateSchedule', 'scheduler:UpdateSchedule', 'scheduler:DeleteSchedule'],
    resourceArns: [stack.formatArn(schedules)],
  });
  Grant.addToPrincipal({
    grantee,
    actions: ['iam:PassRole'],
    resourceArns: [role.roleArn],
    conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
  });
  Validations.of(grantee).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/<${stack.getLogicalId(group)}>/*]`,
    reason: 'The function creates schedules at run time. The grant covers the schedules of this group only.',
  });
}
