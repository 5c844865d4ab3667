import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import * as z from 'zod';
import { consoleIdentity } from '../access/four-eyes.ts';
import { departmentClientId, departmentsIn } from '../access/departments.ts';
import { bodiesForClients } from '../access/back-office.ts';
import { isRetryableError } from '../dynamodb/retry-on-conflict.ts';
import type { Cause } from '../contracts/define-event.ts';
import type { DefinedRoute } from '../contracts/define-route.ts';
import {
  type FieldError,
  fieldErrors,
  type HttpResponse,
  inputs,
  invalidContent,
  problem,
} from '../contracts/problem.ts';
import type { Channels } from '../store.ts';
import { jsonVariable } from './json-variable.ts';
import { recordMetric } from './metrics.ts';
import { createRequestLimits, type RequestLimits, RequestQuotas } from './request-limits.ts';
import { MalformedTextError, readJson, textProblem } from '../input/json.ts';

const logger = new Logger();
/** Largest body of a request, unless the route has its own limit. */
export const defaultMaxBodyBytes = 1_048_576;

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** A request, parsed with the schemas of the route. `caller` is empty on a route without a scope. */
export type Request<R extends DefinedRoute> = {
  params: Parsed<R['params']>;
  query: Parsed<R['query']>;
  headers: Parsed<R['headers']>;
  body: Parsed<R['body']>;
  caller: Caller;
  /** Metadata of the events that follow: actor, correlation id, request id and time (milliseconds). */
  cause: Cause;
};

/**
 * `clientId` of the token; for a person `department.<name>`, because what they may see follows from their department.
 * `subject` is the person or the client. `groups` are those of a person; `address` is where the request came from.
 */
type Caller = { clientId: string; subject: string; groups: string[]; address: string };

/** Checks a request before it is parsed and may refuse it. For routes whose signed body authenticates the caller. */
type Guard = (
  headers: Record<string, string | undefined>,
  body: Buffer,
  now: number,
  /** Path parameters before they are parsed. */
  params: Record<string, string | undefined>,
) => Promise<HttpResponse | undefined>;

type Handler = {
  route: DefinedRoute;
  /** `count` gets the requests that the request counts as, beyond one. */
  handle: (event: GatewayEvent, now: number, count: (requests: number) => void) => Promise<HttpResponse>;
  guard?: Check | undefined;
};
type Check = (event: GatewayEvent, route: DefinedRoute, now: number) => Promise<HttpResponse | undefined>;
type GatewayEvent = APIGatewayProxyEventV2;

/** Binds a route to the function that serves it. */
export const on = <R extends DefinedRoute>(
  route: R,
  serve: (request: Request<R>) => Promise<HttpResponse>,
  guard?: Guard,
): Handler => ({
  route,
  guard: guard && checking(guard),
  handle: async (event, now, count) => {
    const parsed = parseRequest(route, event);
    if ('refusal' in parsed) return parsed.refusal;
    count((route.requestsOf?.(parsed.body) ?? 1) - 1);
    const caller = callerOf(event);
    const cause = causeOf(event, caller, now);
    // The request was parsed with the schemas of this route; the compiler cannot infer it through optional members.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return serve({ ...parsed, caller, cause } as Request<R>);
  },
});

/**
 * Serves the routes of one function: finds the route, parses the request, and returns JSON or a problem document. Fields
 * that a schema of a response keeps for staff are removed for every caller; `httpHandlerForChannels` shows them to staff.
 */
export const httpHandler = (...handlers: Handler[]) => serving(undefined, handlers);

/** As `httpHandler`, for routes with fields for staff. Of the clients, only `channels` do not get them. */
export const httpHandlerForChannels = (channels: Channels, ...handlers: Handler[]) => serving(channels, handlers);

const serving = (channels: Channels | undefined, handlers: Handler[]) => {
  const limits = requestLimits();
  const byKey = new Map(
    handlers.map((handler) => [handler.route.key, { handler, bodyFor: bodiesForClients(handler.route, channels) }]),
  );
  return middy<GatewayEvent, APIGatewayProxyStructuredResultV2>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event: GatewayEvent, _context: Context) => {
      const found = byKey.get(event.routeKey);
      if (!found) return serialise(problem(404, 'not-found', `No resource exists at ${event.rawPath}.`));
      logger.appendKeys({ route: event.routeKey, correlationId: correlationIdOf(event) });
      try {
        const response = await handleWithin(limits, found.handler, event, Date.now());
        recordRefusal(response, event);
        return serialise({ ...response, body: found.bodyFor(response.body, callerOf(event).clientId) });
      } catch (error) {
        const response = failureOf(error);
        recordRefusal(response, event);
        return serialise(response);
      }
    });
};

const Refusal = z.object({ type: z.string() });

/** Counts a problem document by its type, in a line that has the correlation id. */
function recordRefusal({ status, body }: HttpResponse, event: GatewayEvent): void {
  const { data } = status < 400 ? {} : Refusal.safeParse(body);
  if (!data) return;
  recordMetric({
    name: 'Refusals',
    unit: 'Count',
    value: 1,
    dimensions: { reason: data.type },
    metadata: { route: event.routeKey, correlationId: correlationIdOf(event) },
  });
}

/** The quotas of `infra/store.ts`; undefined for a function that was deployed without. */
function requestLimits(): RequestLimits | undefined {
  const { REQUEST_QUOTAS } = process.env;
  return REQUEST_QUOTAS === undefined
    ? undefined
    : createRequestLimits(jsonVariable(RequestQuotas).parse(REQUEST_QUOTAS, { jitless: true }));
}

/**
 * A request whose signature the guard accepts takes no token: a payment provider sends as many as it has events. The address
 * of refused ones has a quota, so that guessing costs no more verifications than that.
 */
async function handleWithin(
  limits: RequestLimits | undefined,
  { route, handle, guard }: Handler,
  event: GatewayEvent,
  now: number,
): Promise<HttpResponse> {
  const { subject } = callerOf(event);
  const caller = { clientId: subject, address: event.requestContext.http?.sourceIp ?? '' };
  const waitSeconds = limits?.waitSeconds(caller, now) ?? 0;
  if (waitSeconds > 0) return tooManyRequests(waitSeconds);
  const refusal = await guard?.(event, route, now);
  if (!guard || refusal) limits?.take(caller, now);
  return refusal ?? handle(event, now, (requests) => requests > 0 && limits?.take(caller, now, requests));
}

/** Checks the size of a body before its signature. */
const checking =
  (guard: Guard): Check =>
  async (event, route, now) => {
    const body = bytesOf(event);
    return tooLargeBody(body, route) ?? guard(event.headers, body, now, event.pathParameters ?? {});
  };

const tooManyRequests = (waitSeconds: number) =>
  problem(
    429,
    'too-many-requests',
    'The caller sends more requests, or orders in them, per second than its quota. Retry after the given time.',
    {},
    { 'retry-after': String(Math.max(1, Math.ceil(waitSeconds))) },
  );

const tooLargeBody = (bytes: Buffer, { maxBodyBytes = defaultMaxBodyBytes }: DefinedRoute): HttpResponse | undefined =>
  bytes.length > maxBodyBytes
    ? problem(413, 'content-too-large', `The body may have at most ${maxBodyBytes} bytes.`)
    : undefined;

function parseRequest(route: DefinedRoute, event: GatewayEvent) {
  const malformed = [...malformedParameters(event.pathParameters), ...malformedParameters(event.queryStringParameters)];
  if (malformed.length > 0) {
    return { refusal: problem(400, 'invalid-parameter', 'A parameter is not valid.', { errors: malformed }) };
  }
  const params = route.params?.safeParse(event.pathParameters ?? {}, inputs);
  if (params?.success === false) return { refusal: badParameters('path', params.error) };
  const query = route.query?.safeParse(event.queryStringParameters ?? {}, inputs);
  if (query?.success === false) return { refusal: badParameters('query', query.error) };
  const headers = route.headers?.safeParse(event.headers, inputs);
  if (headers?.success === false) return { refusal: badParameters('header', headers.error) };
  if (!route.body) return { params: params?.data, query: query?.data, headers: headers?.data, body: undefined };

  const body = isBodyOmitted(route, event) ? { json: undefined } : readBody(event, route);
  if ('refusal' in body) return body;
  const content = route.body.safeParse(body.json, inputs);
  if (content.success) {
    return { params: params?.data, query: query?.data, headers: headers?.data, body: content.data };
  }
  return { refusal: invalidContent(fieldErrors(content.error)) };
}

const malformedParameters = (parameters: Record<string, string | undefined> = {}): FieldError[] =>
  Object.entries(parameters).flatMap(([name, value]) => {
    const detail = textProblem(name) ?? textProblem(value ?? '');
    return detail === undefined ? [] : [{ pointer: `/${name.toWellFormed()}`, detail }];
  });

/** Whether the request has no body, and the route's schema has a default for it. A content type does not matter then. */
const isBodyOmitted = ({ body }: DefinedRoute, event: GatewayEvent) =>
  !event.body && body?.safeParse(undefined).success === true;

function readBody(event: GatewayEvent, route: DefinedRoute): { json: unknown } | { refusal: HttpResponse } {
  const contentType = event.headers['content-type'] ?? '';
  if (!/^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(contentType)) {
    return { refusal: problem(415, 'unsupported-media-type', 'Send the body as application/json.') };
  }
  const bytes = bytesOf(event);
  const tooLarge = tooLargeBody(bytes, route);
  if (tooLarge) return { refusal: tooLarge };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { json: route.checksTexts ? JSON.parse(text) : readJson(text) };
  } catch (error) {
    if (error instanceof MalformedTextError) return { refusal: invalidContent(error.errors) };
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    return { refusal: problem(400, 'malformed-body', 'The body is not valid JSON.') };
  }
}

const bytesOf = (event: GatewayEvent) => Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

const badParameters = (place: string, error: z.ZodError) =>
  problem(400, 'invalid-parameter', `A ${place} parameter is not valid.`, { errors: fieldErrors(error) });

const correlationIdOf = (event: GatewayEvent) => {
  const given = event.headers['x-correlation-id'];
  return given && /^[\w.:-]{1,128}$/.test(given) ? given : event.requestContext.requestId;
};

/** The parts of the request context that identify the caller. */
const Authorized = z.object({
  http: z.object({ sourceIp: z.string().optional() }).optional(),
  authorizer: z.object({
    jwt: z.object({
      claims: z.object({
        client_id: z.string(),
        sub: z.string().optional(),
        'cognito:groups': z.string().optional(),
      }),
    }),
  }),
});

function callerOf(event: GatewayEvent): Caller {
  const authorized = Authorized.safeParse(event.requestContext);
  if (!authorized.success) return { clientId: '', subject: '', groups: [], address: '' };
  const { authorizer, http } = authorized.data;
  const { claims } = authorizer.jwt;
  const groups = (claims['cognito:groups'] ?? '').replaceAll(/^\[|\]$/g, '').split(/[ ,]+/);
  const { client_id: clientId, sub = clientId } = claims;
  // A machine's token has its client id as the subject.
  const isPerson = sub !== clientId;
  const address = http?.sourceIp ?? '';
  return {
    clientId: isPerson ? departmentClientId(departmentsIn(groups)[0]?.name ?? 'none') : clientId,
    // Only a function that may invoke this one sends this address, for a person whom AWS reports.
    subject: isPerson && address === consoleAddress ? consoleIdentity(sub) : sub,
    groups: isPerson ? groups.filter(Boolean) : [],
    address,
  };
}

const consoleAddress = 'aws-console';

const causeOf = (event: GatewayEvent, caller: Caller, now: number): Cause => ({
  actor: caller.subject || 'anonymous',
  correlationId: correlationIdOf(event),
  causationId: event.requestContext.requestId,
  now,
});

function failureOf(error: unknown): HttpResponse {
  if (error instanceof Error && isRetryableError(error)) {
    logger.warn('busy', error);
    return problem(
      503,
      'busy',
      'Too many concurrent requests. Retry after the given time.',
      {},
      { 'retry-after': '1' },
    );
  }
  logger.error('request failed', error instanceof Error ? error : String(error));
  return problem(500, 'internal-error', 'Internal error. The request had no partial effect and can be retried.');
}

/**
 * Headers of every response; a route may set others. Responses contain data of one caller, or of one moment. Browsers
 * ignore the transport header over plain HTTP, so that it has no effect on this machine. Source: OWASP REST Security.
 */
const defaultHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
};

function serialise({ status, headers = {}, body, contentType = 'application/json' }: HttpResponse) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  if (text !== undefined && isTooLarge(text)) {
    logger.error('response too large', { status, characters: text.length });
    return serialise(tooLarge);
  }
  return {
    statusCode: status,
    headers: { ...defaultHeaders, 'content-type': contentType, ...headers },
    ...(text !== undefined && { body: text }),
  };
}

/** Lambda returns at most 6 MB, in which the body is a JSON text. The rest is for the headers. */
const maxResponseBytes = 6_000_000;
/** A character has at most 3 bytes, or 6 as an escape in JSON. */
const isTooLarge = (text: string) =>
  text.length > maxResponseBytes / 6 && Buffer.byteLength(JSON.stringify(text)) > maxResponseBytes;

/** Lists and errors are cut before they reach this size. A change that the request made is recorded. */
const tooLarge = problem(
  500,
  'response-too-large',
  'The response has more than 6 MB. The request itself was carried out. Read lists with a smaller limit.',
);
