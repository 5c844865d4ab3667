import { Aws, Fn, Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { OperatedWorkflow } from '../../../shared/contracts/admin-console/operation.ts';
import type { Access } from '../../constructs/access.ts';
import { pascalCase } from '../../constructs/exports.ts';

const workflows: readonly OperatedWorkflow[] = [
  'channel-webhooks',
  'insights',
  'nightly-metrics',
  'order-intake',
  'promotion-scheduling',
  'refund-approval',
  'stock-audit',
  'stock-update',
];

/** An output, not an export: an export could not change while this stack imports it. */
const arnOf = (workflow: OperatedWorkflow) => Fn.getStackOutput(`Storeworks-${pascalCase(workflow)}`, 'ApiFunctionArn');

/** Access to call the APIs of workflows by their functions, which trust the caller to say who asks. */
export const apis: { caller: Access<'API_FUNCTIONS'> } = {
  caller: {
    variables: {
      API_FUNCTIONS: JSON.stringify(Object.fromEntries(workflows.map((workflow) => [workflow, arnOf(workflow)]))),
    },
    grant: ({ role: grantee }) =>
      Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: workflows.map(arnOf) }),
  },
};

/** Every queue of the store: stacks name them `Storeworks-<workflow>-…`. */
const queueArns = `arn:${Aws.PARTITION}:sqs:${Aws.REGION}:${Aws.ACCOUNT_ID}:Storeworks-*`;

const queueAccess = (actions: string[], isListing: boolean): Access<'QUEUE_ARNS'> => ({
  variables: { QUEUE_ARNS: queueArns },
  grant: ({ role: grantee }) => {
    Grant.addToPrincipal({
      grantee,
      actions: actions.map((action) => `sqs:${action}`),
      resourceArns: [queueArns],
    });
    // ListQueues has no resource to name.
    if (isListing) Grant.addToPrincipal({ grantee, actions: ['sqs:ListQueues'], resourceArns: ['*'] });
    Validations.of(grantee).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sqs:<AWS::Region>:<AWS::AccountId>:Storeworks-*]',
      reason: 'The queues are in the stacks of the workflows, whose names begin so.',
    });
  },
});

const counts = ['GetQueueAttributes', 'GetQueueUrl'];
/** What SQS requires to move messages: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
const moves = [
  ...counts,
  'StartMessageMoveTask',
  'ListMessageMoveTasks',
  'ReceiveMessage',
  'DeleteMessage',
  'SendMessage',
];

export const deadLetters = {
  /** Counts the messages of dead-letter queues. */
  counter: queueAccess(counts, true),
  /** Moves them back to their queues too. */
  redriver: queueAccess(moves, true),
  /** Moves them, without a list of the queues. */
  mover: queueAccess(moves, false),
};
