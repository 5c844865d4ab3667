import * as z from 'zod';
import { AwsError } from '../gateway/aws-call.ts';
import { DeadLetterConfig, RetryPolicy, SqsParameters } from '../events/event-rule.ts';
import { checkTimeZone, readScheduleExpression } from './schedule-expression.ts';
import { isObject } from '../events/value-pattern.ts';

/** Names of schedules and groups. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
export const ScheduleName = z
  .string()
  .regex(/^[0-9a-zA-Z_.-]{1,64}$/, 'A name has 1 to 64 letters, digits, -, _ and dots');

/** A time in the API (seconds since the epoch) or in CloudFormation (ISO 8601), parsed to ms. */
const Time = z.union([z.number(), z.string()]).transform((time, context) => {
  const ms = typeof time === 'number' ? time * 1000 : Date.parse(time);
  if (!Number.isFinite(ms)) context.addIssue({ code: 'custom', message: 'This is not a time.' });
  return ms;
});

const optionalTime = Time.nullish().transform((ms) => ms ?? undefined);

/** `strictObject` refuses parameters of unsupported targets. */
const Target = z.strictObject({
  Arn: z.string().min(1),
  RoleArn: z.string().regex(/^arn:aws:iam::\d{12}:role\/.+$/, 'RoleArn must be the ARN of a role'),
  Input: z
    .string()
    .min(1)
    .max(256 * 1024)
    .optional(),
  RetryPolicy,
  DeadLetterConfig: DeadLetterConfig.optional(),
  SqsParameters: SqsParameters.optional(),
  EventBridgeParameters: z
    .strictObject({ DetailType: z.string().min(1).max(128), Source: z.string().min(1).max(256) })
    .optional(),
});

/** A schedule of CreateSchedule, UpdateSchedule or CloudFormation; times in ms since the epoch. */
export const Schedule = z.object({
  GroupName: ScheduleName.default('default'),
  Description: z.string().max(512).optional(),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  StartDate: optionalTime,
  EndDate: optionalTime,
  FlexibleTimeWindow: z
    .strictObject({
      Mode: z.enum(['OFF', 'FLEXIBLE']),
      MaximumWindowInMinutes: z.coerce.number().int().min(1).max(1440).optional(),
    })
    .refine(({ Mode: mode, MaximumWindowInMinutes: minutes }) => (mode === 'FLEXIBLE') === (minutes !== undefined), {
      message: 'MaximumWindowInMinutes is required for the mode FLEXIBLE and not allowed otherwise',
    }),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  KmsKeyArn: z.string().optional(),
  Target,
});
export type Schedule = z.infer<typeof Schedule>;

/** Parses a schedule. Throws AwsError `ValidationException` for an invalid schedule or an unsupported target. */
export function readSchedule(input: unknown): Schedule {
  const parsed = Schedule.safeParse(input);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  checkExpression(parsed.data);
  checkTarget(parsed.data.Target);
  return parsed.data;
}

/** The error for invalid input. */
export const invalid = (message: string) => new AwsError('ValidationException', message);

function checkExpression({
  ScheduleExpression: expression,
  ScheduleExpressionTimezone: timeZone,
  StartDate,
  EndDate,
}: Schedule): void {
  try {
    checkTimeZone(timeZone);
    readScheduleExpression(expression);
  } catch (error) {
    throw invalid(
      `Invalid Schedule Expression ${expression}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (StartDate !== undefined && EndDate !== undefined && StartDate > EndDate) {
    throw invalid('The StartDate must be before the EndDate.');
  }
}

function checkTarget(target: Schedule['Target']): void {
  const { Arn: arn, Input: input, SqsParameters: sqs, EventBridgeParameters: eventBridge } = target;
  const isBus = /^arn:aws:events:.*:event-bus\//.test(arn);
  const isFunction = /^arn:aws:lambda:.*:function:/.test(arn);
  const isQueue = arn.startsWith('arn:aws:sqs:');
  if (arn.startsWith('arn:aws:scheduler:::aws-sdk:')) {
    throw invalid(`The local scheduler does not support universal targets such as ${arn}.`);
  }
  if (!isBus && !isFunction && !isQueue) {
    throw invalid(`The local scheduler does not support the target ${arn}; it supports queues, functions and buses.`);
  }
  if (isBus !== (eventBridge !== undefined))
    throw invalid('EventBridgeParameters are required for an event bus and not allowed otherwise.');
  if (sqs && !isQueue) throw invalid('SqsParameters are allowed for a queue only.');
  if (input === undefined || isQueue) return;
  const json = readJson(input);
  if (json === undefined || (isBus && !isObject(json))) {
    throw invalid(`The Input for ${arn} must be ${isBus ? 'a JSON object' : 'JSON'}.`);
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
