import { expect } from 'vitest';
import { type ApiClient, type ApiCredentials, type ApiResponse, createApiClient } from '../system/api-client.ts';
import { exampleOf, type JsonDocument, type Schema } from './examples.ts';
import { schemasOf } from './schemas.ts';

type Content = Record<string, { schema: Schema }>;
type Parameter = { in: 'path' | 'query' | 'header'; name: string; required?: boolean; schema: Schema };
type Operation = {
  operationId: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { content?: Content }>;
};
type Document = JsonDocument & {
  externalDocs: { url: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: { oauth2: { flows: { clientCredentials: { tokenUrl: string } } } } };
};
type Clients = Record<string, { clientId: string; clientSecret: string; scopes: readonly string[] }>;
type Values = Record<string, string | number>;
type Sent = { params?: Values; query?: Values; headers?: Record<string, string>; body?: unknown };

/**
 * A client that knows the address of the API, its own credentials, and what the API's OpenAPI document says. Each request
 * and response is compared with the document.
 */
export async function documentedApi(apiUrl: string, clients: Clients) {
  const document = (await (await fetch(`${apiUrl}/openapi.json`)).json()) as Document;
  const { faultsOf } = schemasOf(document);
  const { tokenUrl: tokenEndpoint } = document.components.securitySchemes.oauth2.flows.clientCredentials;
  const credentials: ApiCredentials = { apiUrl, tokenEndpoint, clients };
  const open = new Map<string, ApiClient>();
  const clientOf = (name: string) => {
    const client = open.get(name) ?? createApiClient(credentials, name);
    open.set(name, client);
    return client;
  };

  const operations = new Map(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [operation.operationId, { path, method, operation }] as const,
      ),
    ),
  );
  const find = (operationId: string) => {
    const found = operations.get(operationId);
    if (!found) throw new Error(`The document has no operation ${operationId}`);
    return found;
  };
  const scopesOf = (operationId: string) =>
    find(operationId).operation.security.flatMap((each) => Object.values(each).flat());

  /** The clients whose scopes fit all operations, those with the fewest scopes first. */
  const clientsFor = (...operationIds: string[]): string[] => {
    const needed = operationIds.flatMap(scopesOf);
    const able = Object.entries(clients).filter(([, { scopes }]) => needed.every((scope) => scopes.includes(scope)));
    return able.toSorted(([, a], [, b]) => a.scopes.length - b.scopes.length).map(([name]) => name);
  };

  /** The example of an operation's body, with the optional members of these names. */
  const bodyOf = (operationId: string, ...optional: string[]) => {
    const schema = find(operationId).operation.requestBody?.content['application/json']?.schema;
    if (!schema) throw new Error(`${operationId} has no JSON body`);
    // oxlint-disable-next-line typescript/no-explicit-any -- as ApiResponse: the test states the shape
    return exampleOf(document, schema, new Set(optional)) as any;
  };

  /** What is wrong with a response by the document. */
  const responseFaults = (operationId: string, { status, headers, body }: ApiResponse): string[] => {
    const { path, method, operation } = find(operationId);
    const documented = operation.responses[status];
    if (!documented) return [`The status ${status} is not documented`];
    const mediaType = String(headers['content-type'] ?? '').split(';')[0] ?? '';
    if (documented.content === undefined) return mediaType === '' ? [] : [`The body ${mediaType} is not documented`];
    if (!documented.content[mediaType]) return [`The media type ${mediaType} of ${status} is not documented`];
    return faultsOf(body, 'paths', path, method, 'responses', String(status), 'content', mediaType, 'schema');
  };

  /** The path, query and headers of a request, as documented; a parameter that is not given has its example if required. */
  const parametersOf = (operationId: string, { params = {}, query = {}, headers = {} }: Sent) => {
    const { path, method, operation } = find(operationId);
    const given = { path: params, query, header: headers };
    const values = { path: {} as Values, query: {} as Values, header: {} as Values };
    for (const [index, parameter] of (operation.parameters ?? []).entries()) {
      const value = given[parameter.in][parameter.name];
      if (value !== undefined) {
        const faults = faultsOf(value, 'paths', path, method, 'parameters', index, 'schema');
        expect(faults, `${operationId} ${parameter.name}`).toEqual([]);
      }
      if (value !== undefined || parameter.required) {
        values[parameter.in][parameter.name] = value ?? textOf(exampleOf(document, parameter.schema));
      }
    }
    expect({ ...values.path, ...values.query, ...values.header }, operationId).toMatchObject({
      ...params,
      ...query,
      ...headers,
    });
    return values;
  };

  /** Sends a documented request as a client whose scopes fit; without `as`, as the one with the fewest scopes. */
  const send = async (operationId: string, { as, ...sent }: Sent & { as?: string } = {}): Promise<ApiResponse> => {
    const { path, method, operation } = find(operationId);
    const values = parametersOf(operationId, sent);
    if (sent.body !== undefined) {
      const value = typeof sent.body === 'string' ? (JSON.parse(sent.body) as unknown) : sent.body;
      const at = ['paths', path, method, 'requestBody', 'content', 'application/json', 'schema'];
      expect(faultsOf(value, ...at), `body of ${operationId}`).toEqual([]);
    } else expect(operation.requestBody?.required ?? false, `${operationId} needs a body`).toBe(false);
    const able = clientsFor(operationId);
    const name = as ?? able[0] ?? '';
    expect(able, `clients of ${operationId}`).toContain(name);
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(values.query)) search.set(key, String(value));
    const target = path.replaceAll(/\{(\w+)\}/g, (_whole, key: string) => encodeURIComponent(values.path[key] ?? ''));
    const url = search.size === 0 ? target : `${target}?${search.toString()}`;
    const headers = Object.fromEntries(Object.entries(values.header).map(([key, value]) => [key, String(value)]));
    const upper = method.toUpperCase() as Parameters<ApiClient['send']>[0];
    const isPublic = scopesOf(operationId).length === 0;
    const response = isPublic
      ? await sendWithoutToken(`${apiUrl}${url}`, upper, sent.body, headers)
      : await clientOf(name).send(upper, url, sent.body, headers);
    expect(responseFaults(operationId, response), `${operationId}: ${response.status} ${response.text}`).toEqual([]);
    return response;
  };

  return {
    document,
    clientsFor,
    bodyOf,
    send,
    /** Sends a request that succeeds, and returns the body of the response. */
    call: async (operationId: string, given: Parameters<typeof send>[1] = {}) => {
      const response = await send(operationId, given);
      expect(response.status, `${operationId}: ${response.text}`).toBeLessThan(300);
      return response.body;
    },
    close: () => Promise.all([...open.values()].map((client) => client.close())),
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

async function sendWithoutToken(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<ApiResponse> {
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, body: JSON.parse(text) };
}
