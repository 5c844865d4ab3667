import { AwsError } from '../gateway/aws-call.ts';

/** The reason of a failed delivery. */
export type Failure = {
  /** Error code of the target's service, such as `AWS.SimpleQueueService.NonExistentQueue`. */
  code: string;
  message: string;
  /** EventBridge's ERROR_CODE. */
  kind: string;
  /** True for errors that AWS does not retry: a missing permission or target, an invalid payload. */
  isFinal: boolean;
};

// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
const kinds: [RegExp, kind: string, isFinal: boolean][] = [
  [/AccessDenied|NotAuthorized|Unauthorized/, 'NO_PERMISSIONS', true],
  [/NonExistent|DoesNotExist|NotFound|NoSuch/, 'NO_RESOURCE', true],
  [
    /InvalidParameter|MissingParameter|InvalidMessage|InvalidArgument|Validation|RequestTooLarge/,
    'INVALID_PARAMETER',
    true,
  ],
  [/MalformedDetail|InvalidJson|InvalidRequestContent/, 'INVALID_JSON', true],
  [/Throttl|TooManyRequests/, 'THROTTLING', false],
  [/Timeout|TimedOut/, 'TIMEOUT', false],
];

/** Classifies an error of a delivery as EventBridge does; unknown errors are retried. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof AwsError))
    return { code: 'InternalError', message, kind: 'ERROR_FROM_TARGET', isFinal: false };
  const [, kind = 'ERROR_FROM_TARGET', isFinal = false] = kinds.find(([code]) => code.test(error.code)) ?? [];
  return { code: error.code, message, kind, isFinal };
}

/** Message attributes of a dead letter; omits empty values. */
export const textAttributes = (values: Record<string, string | undefined>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      // SQS refuses empty values.
      value ? [[name, { DataType: 'String', StringValue: value.slice(0, 1024) }]] : [],
    ),
  );
