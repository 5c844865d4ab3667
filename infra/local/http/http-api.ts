import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { AwsError } from '../gateway/aws-call.ts';
import type { LocalContext, Support } from '../context.ts';
import { type HttpResponse, messageResponse, readResponse, send } from './response.ts';
import { readHttpApi, type RouteConfig } from './api-config.ts';
import { authorize } from './authorizer.ts';
import { preflightResponse, withCors } from './cors.ts';
import { httpEvent, newRequestId } from './event.ts';
import { createRouter } from './route.ts';
import { createBucket } from './throttle.ts';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import type { VerifyToken } from '../identity/token-verifier.ts';

/** Inert: descriptions, tags, logs and metrics. */
export const supports: Support = {
  'AWS::ApiGatewayV2::Api': {
    effective: ['CorsConfiguration', 'DisableExecuteApiEndpoint', 'ProtocolType'],
    inert: ['Description', 'IpAddressType', 'Name', 'Tags', 'Version'],
  },
  'AWS::ApiGatewayV2::Route': {
    effective: ['ApiId', 'AuthorizationScopes', 'AuthorizationType', 'AuthorizerId', 'RouteKey', 'Target'],
    inert: ['OperationName'],
  },
  'AWS::ApiGatewayV2::Integration': {
    effective: [
      'ApiId',
      'ConnectionType',
      'IntegrationType',
      'IntegrationUri',
      'PayloadFormatVersion',
      'TimeoutInMillis',
    ],
    // The method is always POST for a function.
    inert: ['Description', 'IntegrationMethod'],
  },
  'AWS::ApiGatewayV2::Authorizer': {
    effective: ['ApiId', 'AuthorizerType', 'IdentitySource', 'JwtConfiguration'],
    inert: ['Name'],
  },
  'AWS::ApiGatewayV2::Stage': {
    effective: ['ApiId', 'AutoDeploy', 'DefaultRouteSettings', 'RouteSettings', 'StageName'],
    inert: ['AccessLogSettings', 'Description', 'Tags'],
  },
  'AWS::Lambda::Permission': {
    effective: ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
    inert: [],
  },
};

/** API Gateway's maximum size of a request body in bytes. */
const maxBodyBytes = 10 * 1024 * 1024;

/** API Gateway's maximum size of the request line and header values in bytes: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const maxHeadBytes = 10_240;
const isHeadTooLarge = ({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage) =>
  `${method} ${url} HTTP/${httpVersion}`.length +
    rawHeaders.reduce((sum, text, index) => sum + (index % 2 === 1 ? text.length : 0), 0) >
  maxHeadBytes;

type Parts = {
  lambda: { invoke: (arn: string, payload: string) => Promise<InvokeResult> };
  verifyToken: VerifyToken;
};

/**
 * The template's HTTP API as a request listener. Errors of functions become the status and message that API Gateway
 * returns.
 */
export function createHttpApi(context: LocalContext, { lambda, verifyToken }: Parts): { listener: RequestListener } {
  const config = readHttpApi(context.template);
  if (!config) return { listener: (request, response) => finish(request, response, messageResponse(404, 'Not Found')) };
  const { apiId, cors } = config;
  const findRoute = createRouter(
    config.routes.map((route) => ({ ...route, admits: createBucket(route.throttle, () => performance.now()) })),
  );
  for (const { key, isPermitted, functionArn } of config.routes) {
    if (!isPermitted)
      context.log(`${key}: no AWS::Lambda::Permission lets the API invoke ${functionArn}; the route returns 500`);
  }

  const respondTo = async (request: IncomingMessage, requestId: string): Promise<HttpResponse | 'gone'> => {
    if (isHeadTooLarge(request)) return messageResponse(431, 'Request Header Fields Too Large');
    const found = findRoute(request.method ?? '', (request.url ?? '/').split('?', 1)[0] ?? '/');
    if (found === 'malformed') return messageResponse(400, 'Bad Request');
    if (!found) return messageResponse(404, 'Not Found');
    const { route, pathParameters } = found;
    if (!route.admits()) return messageResponse(429, 'Too Many Requests');
    const decision = await authorize(route, request.headers.authorization, verifyToken);
    if (decision.kind === 'refused') return decision.response;
    const body = await readBody(request);
    if (body === 'gone') return 'gone';
    if (body === 'too-large') return messageResponse(413, 'Request Entity Too Large');
    const event = httpEvent({
      request,
      body,
      routeKey: route.key,
      pathParameters,
      authorized: decision.kind === 'authorized' ? decision : undefined,
      accountId: context.template.accountId,
      apiId,
      requestId,
      now: context.now(),
    });
    return route.isPermitted ? invoke(route, event) : messageResponse(500, 'Internal Server Error');
  };

  const invoke = async (route: RouteConfig, event: string): Promise<HttpResponse> => {
    const result = await within(route.timeoutMs, lambda.invoke(route.functionArn, event));
    if (result === 'late' || result.kind === 'throttled') return messageResponse(503, 'Service Unavailable');
    if (result.kind === 'error') return messageResponse(500, 'Internal Server Error');
    const usable = readResponse(result.payload);
    if (usable) return usable;
    context.log(
      `${route.key}: the function's result does not conform to payload format 2.0: ${result.payload.slice(0, 200)}`,
    );
    return messageResponse(500, 'Internal Server Error');
  };

  const latency = context.metrics?.recorder('AWS/ApiGateway', 'Latency', { ApiId: apiId });
  const serverErrors = context.metrics?.recorder('AWS/ApiGateway', '5xx', { ApiId: apiId });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const begin = performance.now();
    const requestId = newRequestId();
    response.setHeader('apigw-requestid', requestId);
    const preflight = cors && preflightResponse(cors, request);
    const result = preflight ?? (await respondTo(request, requestId).catch((error: unknown) => failure(error)));
    if (result === 'gone') return;
    latency?.(performance.now() - begin);
    serverErrors?.(result.status >= 500 ? 1 : 0);
    finish(request, response, cors && !preflight ? withCors(cors, request, result) : result);
  };
  const failure = (error: unknown): HttpResponse => {
    if (error instanceof AwsError && error.status === 413) return messageResponse(413, 'Request Entity Too Large');
    context.log(`The API failed: ${error instanceof Error ? error.message : String(error)}`);
    return messageResponse(500, 'Internal Server Error');
  };

  return {
    listener: (request, response) => {
      serve(request, response).catch((error: unknown) => {
        // The function set an invalid header. Nothing has been sent yet.
        finish(request, response, failure(error));
      });
    },
  };
}

function finish(request: IncomingMessage, response: ServerResponse, content: HttpResponse): void {
  if (response.headersSent || response.destroyed) return;
  // The rest of a refused body is not read: the connection is closed after the response.
  if (!request.complete) response.setHeader('connection', 'close');
  send(response, content, request.method === 'HEAD');
  if (!request.complete) request.resume();
}

/** Reads the body up to the limit; `gone` if the caller disconnected. */
function readBody(request: IncomingMessage): Promise<Buffer | 'too-large' | 'gone'> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (length === undefined && encoding === undefined) return Promise.resolve(Buffer.alloc(0));
  if (Number(length) > maxBodyBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else resolve('too-large');
    });
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)));
    request.once('close', () => resolve('gone'));
    request.once('error', () => resolve('gone'));
  });
}

/** The promise's value, or `late` after the timeout. The function continues to run, as on AWS. */
function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('late'), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
