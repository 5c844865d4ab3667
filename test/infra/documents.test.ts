import { describe, expect, test } from 'vitest';
import { createAsyncApi } from '../../infra/asyncapi.ts';
import { contractEvents, contractFiles } from '../../infra/contract-events.ts';
import { contractRoutes } from '../../infra/contract-routes.ts';
import { createOpenApi } from '../../infra/openapi.ts';
import * as auditColumns from '../../shared/contracts/stock-audit/file-columns.ts';
import * as categoryFileColumns from '../../shared/contracts/catalog/columns/category-columns.ts';
import * as productFileColumns from '../../shared/contracts/catalog/columns/product-columns.ts';
import * as catalogFileColumns from '../../shared/contracts/catalog/file-columns.ts';
import * as orderFileColumns from '../../shared/contracts/orders/file-columns.ts';
import * as stockFileColumns from '../../shared/contracts/stock/file-columns.ts';
import { schemasOf } from '../support/documents/schemas.ts';

type Schema = {
  $ref?: string;
  type?: string;
  description?: string;
  example?: unknown;
  examples?: unknown[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  properties?: Record<string, Schema>;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};
type Parameter = { name: string; description?: string; schema: Schema };
type Content = Record<string, { schema: Schema }>;
type Operation = {
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
};
type OpenApi = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; parameters?: Record<string, Parameter> };
};
type AsyncApi = {
  servers: object;
  channels: Record<string, { messages: Record<string, { payload: Schema }> }>;
  operations: object;
};

const childrenOf = ({ items, additionalProperties, anyOf = [], oneOf = [], allOf = [] }: Schema): Schema[] => [
  ...(items ? [items] : []),
  ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ...anyOf,
  ...oneOf,
  ...allOf,
];

/** Whether a reader sees what a value looks like: by an example, by its only values, or by the fields inside it. */
const isShown = (schema: Schema): boolean =>
  schema.$ref !== undefined ||
  schema.example !== undefined ||
  schema.examples !== undefined ||
  schema.enum !== undefined ||
  schema.const !== undefined ||
  schema.default !== undefined ||
  schema.properties !== undefined ||
  ['boolean', 'null', 'object'].includes(schema.type ?? 'object') ||
  (childrenOf(schema).length > 0 && childrenOf(schema).every(isShown));

/** The fields of a schema without a description or an example, with their paths. */
function gapsOf(schema: Schema, path: string): string[] {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    gapsOfField(field, `${path}.${name}`).concat(gapsOf(field, `${path}.${name}`)),
  );
  return [...fields, ...childrenOf(schema).flatMap((child) => gapsOf(child, path))];
}

const gapsOfField = (field: Schema, path: string): string[] => [
  ...((field.description ?? '').length < 3 && field.$ref === undefined ? [`${path}: no description`] : []),
  ...(isShown(field) ? [] : [`${path}: no example`]),
];

const gapsOfContent = (content: Content | undefined, path: string) =>
  Object.values(content ?? {}).flatMap(({ schema }) => gapsOf(schema, path));

function gapsOfOperation({ parameters = [], requestBody, responses }: Operation, path: string): string[] {
  return [
    ...parameters.flatMap(({ name, description, schema }) =>
      gapsOfField({ ...schema, ...(description && { description }) }, `${path} ${name}`),
    ),
    ...gapsOfContent(requestBody?.content, `${path} body`),
    ...Object.entries(responses).flatMap(([status, { content }]) => gapsOfContent(content, `${path} ${status}`)),
  ];
}

const gapsOfOpenApi = ({ paths, components }: OpenApi) => [
  ...Object.entries(components.schemas).flatMap(([name, schema]) => gapsOf(schema, name)),
  ...Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => gapsOfOperation(operation, `${method} ${path}`)),
  ),
];

type Path = (string | number)[];
const schemaKeywords = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'];

/** Every example and default of a document with the path of its schema. */
function examplesOf(node: unknown, path: Path = []): { path: Path; example: unknown }[] {
  if (typeof node !== 'object' || node === null) return [];
  const { example, examples, default: standard, ...rest }: Schema = node;
  const isSchema = schemaKeywords.some((keyword) => keyword in rest);
  const shown = [example, standard, ...(Array.isArray(examples) ? examples : [])].filter((each) => each !== undefined);
  return [
    ...(isSchema ? shown.map((each) => ({ path, example: each })) : []),
    ...Object.entries(isSchema ? rest : node).flatMap(([name, child]) => examplesOf(child, [...path, name])),
  ];
}

/** The examples that their own schema refuses. */
const wrongExamples = (document: object): string[] => {
  const { faultsOf } = schemasOf(document);
  return examplesOf(document).flatMap(({ path, example }) => {
    const faults = faultsOf(example, ...path);
    return faults.length === 0 ? [] : [`${path.join(' ')}: ${JSON.stringify(example)} ${faults.join('; ')}`];
  });
};

describe('the OpenAPI document', () => {
  test('has examples that conform to their schemas', () => {
    const document = createOpenApi(contractRoutes);
    expect(examplesOf(document).length).toBeGreaterThan(500);
    expect(wrongExamples(document)).toEqual([]);
  });

  test('is searched for examples and defaults that do not conform', () => {
    const schema = {
      type: 'object',
      properties: { default: { type: 'integer', example: 'x' }, n: { enum: ['a'], default: 'b' } },
    };
    expect(wrongExamples({ components: { schemas: { Named: schema } } })).toHaveLength(2);
  });

  test('describes every field and shows what it looks like', () => {
    expect(gapsOfOpenApi(createOpenApi(contractRoutes) as OpenApi)).toEqual([]);
  });

  test('is searched for gaps in parameters, bodies, responses and components', () => {
    const gap: Schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'array', items: {} } } };
    const content = { 'application/json': { schema: gap } };
    const operation = {
      parameters: [{ name: 'p', description: 'Known', schema: { type: 'integer' } }],
      requestBody: { content },
      responses: { 200: { content } },
    };
    expect(gapsOfOpenApi({ paths: { '/x': { get: operation } }, components: { schemas: { Named: gap } } })).toEqual([
      'Named.a: no description',
      'Named.a: no example',
      'Named.b: no description',
      'get /x p: no example',
      'get /x body.a: no description',
      'get /x body.a: no example',
      'get /x body.b: no description',
      'get /x 200.a: no description',
      'get /x 200.a: no example',
      'get /x 200.b: no description',
    ]);
  });
});

describe('the AsyncAPI document', () => {
  const { channels, operations, servers } = createAsyncApi(contractEvents, contractFiles) as AsyncApi;

  test('has every event on the bus, and order events as webhooks', () => {
    const names = contractEvents.map(({ detailType }) => detailType);
    expect(Object.keys(channels['bus']?.messages ?? {}).toSorted()).toEqual(names.toSorted());
    const webhooks = Object.keys(channels['webhooks']?.messages ?? {});
    expect(webhooks).toEqual(expect.arrayContaining(['OrderPlaced', 'OrderShipped', 'PaymentRecorded']));
    expect(webhooks).not.toContain('OrderImported');
  });

  test('has the place and the content of every kind of file, and the summary of an upload as its reply', () => {
    const kinds = Object.values(contractFiles);
    const described = kinds.flatMap(({ content }) => ('columns' in content ? [content.columns] : []));
    const columns = [
      auditColumns,
      catalogFileColumns,
      productFileColumns,
      categoryFileColumns,
      orderFileColumns,
      stockFileColumns,
    ].flatMap((module) => Object.values<object>(module));
    expect(new Set<object>(described)).toEqual(new Set(columns));
    expect(channels).toMatchObject({
      orderFile: { address: 'imports/{name}.csv', servers: [{ $ref: '#/servers/OrderFilesBucketName' }] },
      orderFileSummary: { address: 'results/{name}.json', parameters: { name: {} } },
      orderExport: { address: 'exports/{exportId}.csv', parameters: { exportId: {} } },
    });
    expect(operations).toMatchObject({
      orderFile: { action: 'receive', reply: { channel: { $ref: '#/channels/orderFileSummary' } } },
      movementFile: { action: 'receive', reply: { channel: { $ref: '#/channels/movementFileSummary' } } },
      orderExport: { action: 'send', channel: { $ref: '#/channels/orderExport' } },
    });
    expect(servers).toHaveProperty('OrderFilesBucketName');
  });

  test('describes every field of events, webhooks, queue messages and files, and shows what it looks like', () => {
    const gaps = Object.entries(channels).flatMap(([channel, { messages }]) =>
      Object.entries(messages).flatMap(([name, { payload }]) => gapsOf(payload, `${channel} ${name}`)),
    );
    expect(gaps).toEqual([]);
  });
});
