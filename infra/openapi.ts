import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from 'zod-openapi';
import type { DefinedRoute } from '../shared/contracts/define-route.ts';
import { Problem } from '../shared/contracts/problem.ts';
import { resourceServer, scopes } from '../shared/access/scopes.ts';

const security = 'oauth2';

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
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    responses: responsesOf(route),
  };
}

/** A route's own responses, and the responses common to all routes of its kind. */
function responsesOf(route: DefinedRoute): ZodOpenApiResponsesObject {
  const common = {
    ...(route.scope && {
      401: { description: 'The token is missing or not valid', schema: Problem },
      403: { description: 'The token lacks the scope', schema: Problem },
    }),
    ...((route.params ?? route.query ?? route.headers) && {
      400: { description: 'A parameter is not valid', schema: Problem },
    }),
    ...(route.body && {
      400: { description: 'The body is not JSON', schema: Problem },
      413: { description: 'The body is too large', schema: Problem },
      415: { description: 'The body is not sent as JSON', schema: Problem },
    }),
    500: { description: 'Internal error; no change was made in part', schema: Problem },
    503: { description: 'Too many requests at once; see `Retry-After`', schema: Problem },
  };
  const responses = Object.entries({ ...common, ...route.responses });
  return Object.fromEntries(responses.map(([status, response]) => [status, responseOf(response)]));
}

function responseOf({ description, schema }: { description: string; schema?: z.ZodType }) {
  if (!schema) return { description };
  const mediaType = schema === Problem ? 'application/problem+json' : 'application/json';
  return { description, content: { [mediaType]: { schema } } };
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
