import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import type { DefinedRoute } from '../shared/contracts/define-route.ts';
import { Problem } from '../shared/contracts/problem.ts';
import { resourceServer, scopes } from '../shared/access/scopes.ts';

const security = 'oauth2';
const asyncApiText =
  'AsyncAPI document of events, webhooks, queue messages and files in S3: where to upload them, their columns and results';

/** The OpenAPI 3.1 document of these routes. The deployed function sets its own token URL. */
export function createOpenApi(routes: readonly DefinedRoute[]): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Storeworks',
      version: '1',
      description:
        'The back office of an online store. Money is in minor units with its currency; times are RFC 3339 with ' +
        'offset; errors are problem documents (RFC 9457) whose `type` is a stable name.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    externalDocs: { url: '/asyncapi.json', description: asyncApiText },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].sort().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        [security]: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: '/',
              scopes: Object.fromEntries(Object.entries(scopes).map(([scope, text]) => [inToken(scope), text])),
            },
          },
        },
      },
    },
  });
}

function operationOf(route: DefinedRoute): ZodOpenApiOperationObject {
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    security: route.scope ? [{ [security]: [inToken(route.scope)] }] : [],
    requestParams: {
      ...(route.params && { path: route.params }),
      ...(route.query && { query: route.query }),
      ...(route.headers && { header: route.headers }),
    },
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse(undefined).success,
        content: { 'application/json': { schema: route.body } },
      },
    }),
    responses: responsesOf(route),
  };
}

/** What API Gateway answers before a request reaches a function. */
const GatewayMessage = z
  .object({
    message: z.string().meta({ description: 'Reason, in English', example: 'Unauthorized' }),
  })
  .meta({ id: 'GatewayMessage', description: 'A request that API Gateway refused before it reached a function' });

/** A refusal by the function, or by API Gateway. */
const Refusal = 'refusal' as const;

/** A route's own responses, and the responses common to all routes of its kind. */
function responsesOf(route: DefinedRoute): ZodOpenApiResponsesObject {
  const common = {
    400: { description: 'A parameter is not valid, or the body is not JSON', schema: Refusal },
    ...(route.scope && {
      401: { description: 'The token is missing or not valid', schema: GatewayMessage },
      403: { description: 'The token lacks the scope', schema: GatewayMessage },
    }),
    // A path parameter that contains a slash, or is empty, is another path.
    ...(route.params && { 404: { description: 'There is no such resource', schema: Refusal } }),
    413: { description: 'The body is too large', schema: Refusal },
    ...(route.body && {
      415: { description: 'The body is not sent as JSON', schema: Problem },
      422: { description: 'The content has invalid fields', schema: Problem },
    }),
    429: { description: 'Too many requests per second; a problem document has `Retry-After`', schema: Refusal },
    431: { description: 'Request line and header values have more than 10,240 bytes', schema: GatewayMessage },
    500: { description: 'Internal error; no change was made in part', schema: Problem },
    503: { description: 'Too many requests at once; see `Retry-After`', schema: Problem },
  };
  // API Gateway may also respond with these, whatever the route says about them.
  const ofGateway = new Set(
    Object.entries(common).flatMap(([status, { schema }]) => (schema === Problem ? [] : [status])),
  );
  const responses = Object.entries<Described>({ ...common, ...route.responses }).map(
    ([status, response]) =>
      [
        status,
        ofGateway.has(status) && response.schema === Problem ? { ...response, schema: Refusal } : response,
      ] as const,
  );
  return Object.fromEntries(responses.map(([status, response]) => [status, responseOf(response)]));
}

type Described = { description: string; schema?: z.ZodType | typeof Refusal; text?: readonly string[] };

function responseOf({ description, schema, text = [] }: Described) {
  const texts = Object.fromEntries(text.map((mediaType) => [mediaType, { schema: { type: 'string' as const } }]));
  if (!schema) return { description, ...(text.length > 0 && { content: texts }) };
  if (schema === Refusal) {
    const content = { 'application/problem+json': { schema: Problem }, 'application/json': { schema: GatewayMessage } };
    return { description, content };
  }
  const mediaType = schema === Problem ? 'application/problem+json' : 'application/json';
  return { description, content: { [mediaType]: { schema }, ...texts } };
}

/** A scope as tokens carry it. */
const inToken = (scope: string) => `${resourceServer}/${scope}`;

/** `GET /orders/{orderId}` is `getOrdersOrderId`: it changes only with the route. */
const operationId = ({ method, path }: DefinedRoute) =>
  method.toLowerCase() +
  path
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
