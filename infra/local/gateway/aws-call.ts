/** An AWS API request. */
export type AwsCall = {
  /** Service of the signature's credential scope: `dynamodb`, `sqs`, `s3`, `events`, `scheduler`, `lambda`. */
  service: string;
  /** Operation such as `PutItem`; empty for REST protocols (S3, Scheduler, Lambda). */
  operation: string;
  method: string;
  /** Percent-encoded path with its leading slash, without the query. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
};

export type AwsResponse = { status: number; headers?: Record<string, string>; body: string | Buffer };

/** A permission that a call requires, such as `dynamodb:PutItem` on a table's ARN. */
export type Permission = {
  action: string;
  resource: string;
  /** Condition keys of this request, such as `iam:PassedToService`; IAM adds those of the account and role. */
  context?: Record<string, string | string[]>;
  /** Condition keys of each item of the request, such as `dynamodb:LeadingKeys`: the permission is required for each. */
  items?: () => Record<string, string | string[]>[];
};

/** A local AWS service behind the gateway. */
export type AwsService = {
  /** The permissions that AWS requires for this call; empty for none. */
  permissions: (call: AwsCall) => Permission[];
  handle: (call: AwsCall) => Promise<AwsResponse>;
};

/** An error response of a service; `code` as on AWS. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Response of the AWS JSON protocols. */
export const jsonResponse = (body: unknown, status = 200): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(body ?? {}),
});
