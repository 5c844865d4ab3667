import * as z from 'zod';
import { type AwsCall, AwsError } from '../gateway/aws-call.ts';
import { invalid, ScheduleName } from './schedule.ts';

const Token = z.string().regex(/^[a-zA-Z0-9-_]{1,64}$/, 'A ClientToken has 1 to 64 letters, digits, - and _');
const Page = z.object({
  ScheduleGroup: ScheduleName.optional(),
  NamePrefix: z.string().max(64).default(''),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  MaxResults: z.coerce.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});
const NextToken = z.tuple([z.string(), z.string()]);

const onOne = new Map(
  Object.entries({
    schedules: { POST: 'CreateSchedule', GET: 'GetSchedule', PUT: 'UpdateSchedule', DELETE: 'DeleteSchedule' },
    'schedule-groups': { POST: 'CreateScheduleGroup', GET: 'GetScheduleGroup', DELETE: 'DeleteScheduleGroup' },
  }).map(([collection, byMethod]) => [collection, new Map(Object.entries(byMethod))]),
);
const onAll = new Map([
  ['schedules', 'ListSchedules'],
  ['schedule-groups', 'ListScheduleGroups'],
]);

/** A parsed call of the Scheduler REST API. */
export type Request = {
  operation: string;
  name: string;
  groupName: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
};

/**
 * Parses the operation and its parameters. Throws AwsError `ValidationException` or `UnknownOperationException` (404).
 */
export function readRequest({ method, path, query, body }: AwsCall): Request {
  const [, collection = '', encodedName, ...deeper] = path.split('/');
  const operation =
    encodedName === undefined || encodedName === ''
      ? method === 'GET' && onAll.get(collection)
      : deeper.length === 0 && onOne.get(collection)?.get(method);
  if (!operation) {
    throw new AwsError('UnknownOperationException', `The local scheduler does not support ${method} ${path}`, 404);
  }
  const input = readBody(body);
  const name = encodedName ? nameOf(decodeURIComponent(encodedName)) : '';
  const groupName = nameOf(
    query.get('groupName') ?? (typeof input.GroupName === 'string' ? input.GroupName : 'default'),
  );
  return { operation, name, groupName, query, body: input };
}

function readBody(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString()));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not a JSON object.');
  }
}

function nameOf(text: string): string {
  const name = ScheduleName.safeParse(text);
  if (!name.success) throw invalid(z.prettifyError(name.error));
  return name.data;
}

/** Parses the filter and page of a list request. */
export function readPage(query: URLSearchParams): z.infer<typeof Page> {
  const page = Page.safeParse(Object.fromEntries(query));
  if (!page.success) throw invalid(z.prettifyError(page.error));
  return page.data;
}

/** Parses an optional ClientToken. */
export function tokenOf(value: unknown): string | undefined {
  const token = Token.optional().safeParse(value ?? undefined);
  if (!token.success) throw invalid(z.prettifyError(token.error));
  return token.data;
}

/** Encodes the last key of a page. */
export const nextToken = (...key: z.infer<typeof NextToken>) => Buffer.from(JSON.stringify(key)).toString('base64url');

/** Decodes a `nextToken`. */
export function readNextToken(token: string): z.infer<typeof NextToken> {
  try {
    return NextToken.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
  } catch {
    throw invalid('Invalid NextToken.');
  }
}
