import type { OperationRequest } from '../../../shared/contracts/admin-console/operation.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

/** Who calls a workflow's API: a person of a department, or this console as the reader of a dashboard. */
export type ApiCaller = { subject: string; department: string; clientId: string; scopes: readonly string[] };

/** The response of an API; `body` is parsed. */
export type ApiResponse = { status: number; location?: string | undefined; body: unknown };

/** The function of an API failed, which changed nothing, or responded what a list never does. */
export class ApiFailedError extends Error {}

/** Whether the caller has the scope of the request's route. API Gateway checks it for requests over HTTP. */
export const isAllowed = ({ route: { scope } }: Pick<OperationRequest, 'route'>, { scopes }: ApiCaller): boolean =>
  scope !== undefined && scopes.includes(scope);

/**
 * The event that API Gateway would send for this request with a token of the caller, so that the workflow handles it by the
 * same code. `requestId` is the correlation id of what follows. Source: payload format 2.0 of HTTP APIs.
 */
export function apiEventOf(
  { route, params = {}, query, body }: OperationRequest,
  caller: ApiCaller,
  requestId: string,
) {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(ownValue(params, name) ?? ''),
  );
  const claims = { client_id: caller.clientId, sub: caller.subject, 'cognito:groups': `[${caller.department}]` };
  return {
    version: '2.0',
    routeKey: `${route.method} ${route.path}`,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { 'x-correlation-id': requestId, ...(body && { 'content-type': 'application/json' }) },
    pathParameters: params,
    ...(query && { queryStringParameters: query }),
    requestContext: {
      requestId,
      http: { method: route.method, path, sourceIp: 'aws-console' },
      authorizer: { jwt: { claims, scopes: caller.scopes } },
    },
    ...(body && { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}
