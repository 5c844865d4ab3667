import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsResponse, type AwsCall, AwsError, type AwsService } from './aws-call.ts';
import type { LocalContext } from '../context.ts';
import type { CallFault } from '../faults.ts';
import { errorResponse, protocolOf } from './errors.ts';
import { type Pending, pendingIn } from '../pending.ts';
import type { AccessKey } from './access-keys.ts';
import { signatureOf } from './signature.ts';
import { createVerifier, unknownAccessKey, unsigned } from './verify-signature.ts';
import type { Iam } from '../iam/iam.ts';
import type { Template } from '../template/template.ts';

type GatewayParts = {
  iam: Iam;
  accessKey: (accessKeyId: string) => AccessKey | undefined;
  /** Takes a request whose header names an access key that was not issued for the administrator's. @default false */
  acceptsOtherKeys?: boolean;
  /** By the service name of the signature's credential scope. */
  services: Record<string, AwsService>;
  /** Kills the sandbox with this session token; for injected faults. */
  crash?: (sessionToken: string) => void;
  /** For `GET /_local/pending`. */
  pending?: () => Pending;
};

const mebibyte = 1024 * 1024;

/** Maximum body size in bytes: objects are larger than requests of the JSON protocols. */
const longestBody = (service: string) => (service === 's3' ? 512 : 10) * mebibyte;

/**
 * The endpoint of all AWS APIs. Verifies the signature, checks the permissions of the access key's role, and calls the
 * service. Errors have the format of the service's protocol.
 */
export function createGateway(context: LocalContext, parts: GatewayParts): RequestListener {
  const sessions = sessionNames(context.template);

  const verify = createVerifier(context.now);

  const handleCall = async (request: IncomingMessage, signature: ReturnType<typeof signatureOf>, url: Url) => {
    if (!('accessKeyId' in signature)) throw unsigned(signature.service);
    const service = Object.hasOwn(parts.services, signature.service) ? parts.services[signature.service] : undefined;
    if (!service) throw unknownService(signature.service, parts.services);
    const accessKey = parts.accessKey(signature.accessKeyId);
    const isOtherKey = !accessKey && parts.acceptsOtherKeys && signature.lifetimeSeconds === undefined;
    if (!accessKey && !isOtherKey) throw unknownAccessKey(signature.service);
    const body = await bodyOf(request, longestBody(signature.service));
    const call: AwsCall = {
      service: signature.service,
      operation: operationOf(request),
      method: request.method ?? 'GET',
      path: url.path,
      query: url.query,
      headers: request.headers as AwsCall['headers'],
      body,
    };
    if (accessKey) verify(call, signature, accessKey.secretAccessKey);
    const roleArn = accessKey?.roleArn;
    if (roleArn !== undefined) authorize(call, service, roleArn);
    const functionName = roleArn === undefined ? undefined : signature.accessKeyId.replace(/^function\./, '');
    const fault = functionName === undefined ? undefined : context.faults?.onCall?.({ functionName, call });
    const result = await (fault ? faultyResponse(fault, call, service) : service.handle(call));
    if (functionName !== undefined) context.observer?.onResponse?.({ functionName, call }, result);
    return result;
  };

  const faultyResponse = async (fault: CallFault, call: AwsCall, service: AwsService): Promise<AwsResponse> => {
    if (fault.kind === 'refused') return fault.response;
    if (fault.kind === 'partial') return fault.complete(await service.handle({ ...call, body: fault.part }));
    if (fault.kind === 'slow') {
      await sleep(fault.milliseconds);
      return service.handle(call);
    }
    if (fault.kind === 'response-lost' || fault.when === 'after') await service.handle(call);
    if (fault.kind === 'crash') parts.crash?.(call.headers['x-amz-security-token'] ?? '');
    throw new ConnectionDropped();
  };

  const authorize = (call: AwsCall, service: AwsService, role: string) => {
    const refused = service.permissions(call).find((permission) => parts.iam.authorize(role, permission) === 'denied');
    if (!refused) return;
    const message =
      `User: ${principalOf(role, sessions)} is not authorized to perform: ${refused.action} on resource: ` +
      `${refused.resource} ${parts.iam.refusal(role, refused)}`;
    context.log(`AccessDeniedException: ${message}`);
    throw accessDenied(call.service, message);
  };

  return (request, response) => {
    const requestId = randomUUID();
    const url = parseUrl(request.url ?? '/');
    if (url.path === '/_local/pending' && request.method === 'GET') {
      const body = JSON.stringify(pendingIn(parts.pending?.() ?? {}));
      return respond(request, response, requestId, { status: 200, body });
    }
    const signature = signatureOf(request, url.query);
    void handleCall(request, signature, url)
      .catch(async (failure: unknown) => {
        if (failure instanceof ConnectionDropped) return failure;
        // Some clients read the response only after they have sent the whole body.
        await finished(request.resume()).catch(() => {});
        if (!(failure instanceof AwsError) && request.complete) {
          context.log(`${signature.service} failed: ${stackOf(failure)}`);
        }
        return errorResponse(failure, protocolOf(signature.service, request.headers), requestId);
      })
      .then((result) =>
        result instanceof ConnectionDropped ? response.destroy() : respond(request, response, requestId, result),
      );
  };
}

/** An injected fault: the connection is dropped instead of a response. */
class ConnectionDropped extends Error {}

type Url = { path: string; query: URLSearchParams };

/** `new URL` would resolve dots and re-encode the path, which changes object keys. */
function parseUrl(url: string): Url {
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

/** Such as `PutItem` of `DynamoDB_20120810.PutItem`. */
function operationOf({ headers }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? target.slice(target.lastIndexOf('.') + 1) : '';
}

async function bodyOf(request: IncomingMessage, longest: number): Promise<Buffer> {
  const tooLarge = () => new AwsError('RequestEntityTooLarge', `The body is longer than ${longest} bytes.`, 413);
  if (Number(request.headers['content-length'] ?? 0) > longest) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  { status, headers = {}, body }: AwsResponse,
): void {
  const lengthIsGiven = request.method === 'HEAD' || status === 204 || status === 304;
  response.writeHead(status, {
    'x-amzn-requestid': requestId,
    ...(lengthIsGiven ? {} : { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function unknownService(service: string, services: Record<string, AwsService>): AwsError {
  const known = Object.keys(services).join(', ');
  return new AwsError('UnknownService', `The local engine does not support ${service}; it supports ${known}.`, 400);
}

function accessDenied(service: string, message: string): AwsError {
  const protocol = protocolOf(service, {});
  if (protocol === 's3') return new AwsError('AccessDenied', message, 403);
  return new AwsError('AccessDeniedException', message, protocol === 'json' ? 400 : 403);
}

/** Session names by role: Lambda uses the function's name. Of several functions with one role, the first one's. */
function sessionNames(template: Template): Map<string, string> {
  const functions = template.ofType('AWS::Lambda::Function').toReversed();
  return new Map(functions.map(({ name, properties }) => [String(properties.Role), name]));
}

function principalOf(roleArn: string, sessions: Map<string, string>): string {
  const [, , , , accountId, path = ''] = roleArn.split(':');
  const role = path.slice(path.lastIndexOf('/') + 1);
  return `arn:aws:sts::${accountId}:assumed-role/${role}/${sessions.get(roleArn) ?? role}`;
}

const stackOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
