/** One AWS API request as the gateway hands it to a service. */
export type AwsCall = {
  /** Service of the signature's credential scope: `dynamodb`, `sqs`, `s3`, `events`, `scheduler`, `lambda`. */
  service: string;
  /** Operation name such as `PutItem`; empty where it must be read from method and path (S3, Scheduler, Lambda). */
  operation: string;
  method: string;
  /** Path with its leading slash, still percent-encoded, without the query. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
};

export type AwsResponse = { status: number; headers?: Record<string, string>; body: string | Buffer };

/** What a caller must be allowed to do, such as `dynamodb:PutItem` on a table's ARN. */
export type Permission = {
  action: string;
  resource: string;
  /** Condition keys of this request, such as `iam:PassedToService`; those of the account and role are added by IAM. */
  context?: Record<string, string | string[]>;
};

/** A local stand-in for one AWS service, behind the gateway. */
export type AwsService = {
  /** Every permission that AWS checks for this call; an empty list is for calls open to any role. */
  permissions: (call: AwsCall) => Permission[];
  handle: (call: AwsCall) => Promise<AwsResponse>;
};

/** An error that the service answers with, as AWS names it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Answer of the AWS JSON protocols. */
export const jsonResponse = (body: unknown, status = 200): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(body ?? {}),
});
