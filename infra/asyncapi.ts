import * as z from 'zod';
import type { EventDefinition } from '../shared/contracts/define-event.ts';
import type { FileDefinition } from '../shared/contracts/define-file.ts';
import { WebhookChangeRequested, WebhookRedirected } from '../shared/contracts/webhooks/events.ts';
import { WebhookEndpointVerification } from '../shared/contracts/webhooks/verification.ts';
import { postMovements } from '../shared/contracts/stock/routes.ts';
import type { Columns } from '../shared/csv/columns.ts';

type Message = { name: string; contentType: string; payload: object; description?: string };

/**
 * The AsyncAPI 3 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0) of what the store sends and
 * receives beside its HTTP API: events on the bus, webhooks of channels, messages of queues, and files in S3.
 */
export function createAsyncApi(events: readonly EventDefinition[], files: Record<string, FileDefinition>): object {
  const { channels: fileChannels, operations: fileOperations } = fileChannelsOf(files);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Storeworks', version: '1', license: { name: 'Apache-2.0', url: licenseUrl } },
    servers: fileServersOf(files),
    channels: {
      bus: channel('EventBridge event bus. A consumer may get an event more than once, in any order.', {
        messages: events.map(busMessage),
      }),
      webhooks: channel(
        'POST to the endpoints of a channel, signed as in Standard Webhooks, for events of its own orders.',
        {
          messages: [
            ...events.filter((event) => isOrderEvent(event) || isNotice(event)).map(webhookMessage),
            challenge,
          ],
        },
      ),
      movementQueue: channel('SQS queue of stock movements: the body of `POST /stock/movements`.', {
        messages: [{ name: 'Movements', contentType: 'application/json', payload: schemaOf(postMovements.body) }],
      }),
      ...fileChannels,
    },
    operations: {
      bus: { action: 'send', channel: { $ref: '#/channels/bus' } },
      webhooks: { action: 'send', channel: { $ref: '#/channels/webhooks' } },
      movementQueue: { action: 'receive', channel: { $ref: '#/channels/movementQueue' } },
      ...fileOperations,
    },
  };
}

const licenseUrl = 'https://www.apache.org/licenses/LICENSE-2.0';

const channel = (description: string, { messages }: { messages: Message[] }) => ({
  description,
  messages: Object.fromEntries(messages.map((message) => [message.name, message])),
});

const busMessage = ({ detailType, envelope }: EventDefinition): Message => ({
  name: detailType,
  contentType: 'application/json',
  payload: schemaOf(envelope),
});

/** Imported history is not sent to webhooks. */
const isOrderEvent = ({ source, detailType }: EventDefinition) =>
  source === 'storeworks.order-intake' && detailType !== 'OrderImported' && detailType !== 'OrderExportRequested';

/** The address that received the events before gets these two. */
const isNotice = ({ detailType }: EventDefinition) =>
  detailType === WebhookChangeRequested.detailType || detailType === WebhookRedirected.detailType;

function webhookMessage({ detailType, envelope }: EventDefinition): Message {
  const { metadata, data } = envelope.shape.detail.shape;
  const body = z.object({
    type: z.literal(detailType).describe('Name of the event'),
    timestamp: metadata.shape.occurredAt.describe('Time of the event'),
    data: data.describe('What changed'),
  });
  return { name: detailType, contentType: 'application/json', payload: schemaOf(body) };
}

function schemaOf(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
}

const challenge: Message = {
  name: 'WebhookEndpointVerification',
  contentType: 'application/json',
  description: 'The endpoint must answer with 2xx and `{"challenge": "<data.challenge>"}` before it gets events.',
  payload: schemaOf(WebhookEndpointVerification),
};

type Files = Readonly<Record<string, FileDefinition>>;

/** The buckets as servers of an AsyncAPI document, by the stack output that has the bucket's name. */
const fileServersOf = (files: Files) =>
  Object.fromEntries(
    [...new Set(Object.values(files).map(({ bucket }) => bucket))].map((output) => [
      output,
      {
        host: '{bucket}.s3.amazonaws.com',
        protocol: 's3',
        description: `Bucket of the stack output \`${output}\`; locally in \`.local/credentials.json\``,
        variables: { bucket: { description: `Value of the stack output \`${output}\`` } },
      },
    ]),
  );

/** A channel and an operation for each kind of file. The reply to an uploaded file is its summary. */
function fileChannelsOf(files: Files) {
  const nameOf = (wanted: FileDefinition['summary']) => Object.keys(files).find((name) => files[name] === wanted);
  const operationOf = ({ summary }: FileDefinition, name: string) => ({
    action: summary ? 'receive' : 'send',
    channel: { $ref: `#/channels/${name}` },
    ...(summary && { reply: { channel: { $ref: `#/channels/${nameOf(summary)}` } } }),
  });
  const entries = Object.entries(files);
  return {
    channels: Object.fromEntries(entries.map(([name, file]) => [name, channelOf(file, name)])),
    operations: Object.fromEntries(entries.map(([name, file]) => [name, operationOf(file, name)])),
  };
}

const channelOf = ({ bucket, key, description, content }: FileDefinition, name: string) => ({
  address: key,
  description,
  servers: [{ $ref: `#/servers/${bucket}` }],
  parameters: Object.fromEntries([...key.matchAll(/\{(\w+)\}/g)].map(([, each = '']) => [each, parameterOf(each)])),
  messages: {
    [name]:
      'columns' in content
        ? { contentType: 'text/csv', payload: rowOf(content.columns) }
        : { contentType: 'application/json', payload: z.toJSONSchema(content.json, { unrepresentable: 'any' }) },
  },
});

const parameterOf = (name: string) => ({
  description: name === 'name' ? 'Name of the file, chosen by its sender' : `The \`${name}\` of the HTTP API`,
});

/** A row as an object of texts. */
const rowOf = (columns: Columns) => ({
  type: 'object',
  required: Object.entries(columns).flatMap(([column, { required }]) => (required ? [column] : [])),
  properties: Object.fromEntries(
    Object.entries(columns).map(([column, { description, example }]) => [
      column,
      { type: 'string', description, examples: [example] },
    ]),
  ),
});
