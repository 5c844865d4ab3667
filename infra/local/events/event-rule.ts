import * as z from 'zod';
import { checkPattern, type EventPattern } from './event-pattern.ts';
import { inputMaker, type MakeInput, TargetInput } from './input-transformer.ts';
import { StartError } from '../start-error.ts';
import type { Resource, Template } from '../template/template.ts';

/** A target of a rule with its retry policy. */
export type RuleTarget = {
  arn: string;
  makeInput: MakeInput;
  messageGroupId?: string;
  roleArn?: string;
  maximumRetryAttempts: number;
  maximumAgeSeconds: number;
  deadLetterArn?: string;
};

export type Rule = {
  arn: string;
  name: string;
  busName: string;
  isEnabled: boolean;
  pattern?: EventPattern;
  scheduleExpression?: string;
  targets: RuleTarget[];
};

/** CloudFormation accepts numbers as text. */
const count = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum);

/**
 * Retry policy of rules and schedules. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html
 */
export const RetryPolicy = z
  .strictObject({
    MaximumRetryAttempts: count(0, 185).default(185),
    MaximumEventAgeInSeconds: count(60, 86_400).default(86_400),
  })
  .prefault({});

export const DeadLetterConfig = z.strictObject({ Arn: z.string().optional() });
export const SqsParameters = z.strictObject({ MessageGroupId: z.string().optional() });

const Target = z.strictObject({
  ...TargetInput.shape,
  Id: z.string(),
  Arn: z.string(),
  RoleArn: z.string().optional(),
  RetryPolicy,
  DeadLetterConfig: DeadLetterConfig.optional(),
  SqsParameters: SqsParameters.optional(),
});

const Properties = z.object({
  EventBusName: z.string().default('default'),
  EventPattern: z.unknown().optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).default('ENABLED'),
  Targets: z.array(Target).default([]),
});

/** Supported targets. */
const targetKinds = [
  /^arn:aws:sqs:/,
  /^arn:aws:lambda:.*:function:/,
  /^arn:aws:events:.*:(event-bus|api-destination)\//,
];

/**
 * The template's rules. Throws StartError with the rule for a pattern, target or property that AWS refuses or the
 * engine does not support.
 */
export const rulesOf = (template: Template): Rule[] => template.ofType('AWS::Events::Rule').map(readRule);

function readRule(resource: Resource): Rule {
  const place = `${resource.stack}/${resource.logicalId}`;
  try {
    const parsed = Properties.safeParse(resource.properties);
    if (!parsed.success) throw new StartError(z.prettifyError(parsed.error));
    const { EventBusName, EventPattern: pattern, ScheduleExpression: schedule, State, Targets } = parsed.data;
    if (pattern === undefined && schedule === undefined) {
      throw new StartError('A rule needs an EventPattern or a ScheduleExpression.');
    }
    if (pattern !== undefined) checkPattern(pattern);
    return {
      arn: resource.arn,
      name: resource.name,
      busName: EventBusName.split('/').at(-1) ?? EventBusName,
      isEnabled: State !== 'DISABLED',
      ...(pattern !== undefined && { pattern }),
      ...(schedule !== undefined && { scheduleExpression: schedule }),
      targets: Targets.map(readTarget),
    };
  } catch (error) {
    throw new StartError(`${place}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readTarget(target: z.infer<typeof Target>): RuleTarget {
  const { Arn: arn, RoleArn: roleArn, RetryPolicy: retry } = target;
  if (!targetKinds.some((kind) => kind.test(arn))) {
    throw new StartError(
      `The local engine cannot deliver events to ${arn}; it supports queues, functions, buses and API destinations.`,
    );
  }
  const messageGroupId = target.SqsParameters?.MessageGroupId;
  const deadLetterArn = target.DeadLetterConfig?.Arn;
  return {
    arn,
    makeInput: inputMaker(target),
    maximumRetryAttempts: retry.MaximumRetryAttempts,
    maximumAgeSeconds: retry.MaximumEventAgeInSeconds,
    ...(messageGroupId !== undefined && { messageGroupId }),
    ...(roleArn !== undefined && { roleArn }),
    ...(deadLetterArn !== undefined && { deadLetterArn }),
  };
}
