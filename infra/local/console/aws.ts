import { type AwsCall, AwsError, type AwsService } from '../gateway/aws-call.ts';

type Services = Readonly<Record<'sqs' | 's3', AwsService>>;

/** Calls services of the engine as the console does, without a signature. The caller checks the person's permissions. */
export const caller = (services: Services) => ({
  /** A call of a JSON protocol. Throws AwsError for an error response. */
  async json(service: 'sqs', operation: string, input: object): Promise<unknown> {
    const { status, body } = await services[service].handle({
      ...emptyCall(service),
      operation,
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
      body: Buffer.from(JSON.stringify(input)),
    });
    const parsed: unknown = JSON.parse(body.toString() || '{}');
    if (status < 400) return parsed;
    const { message } = Object(parsed) as { message?: unknown };
    throw new AwsError(`${operation}Failed`, String(message), status);
  },
  /** A GET of S3. */
  get: (path: string, query: Record<string, string>) =>
    services.s3.handle({ ...emptyCall('s3'), method: 'GET', path, query: new URLSearchParams(query) }),
});

export type Aws = ReturnType<typeof caller>;

const emptyCall = (service: string): AwsCall => ({
  service,
  operation: '',
  method: 'GET',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
});
