import * as z from 'zod';
import type { EventDefinition } from '../shared/contracts/define-event.ts';
import { postMovements } from '../shared/contracts/stock/routes.ts';
import type { Columns } from '../shared/csv/columns.ts';

type Message = { name: string; contentType: string; payload: object; description?: string };

/**
 * The AsyncAPI 3 document (https://www.asyncapi.com/docs/reference/specification/v3.0.0) of what the store sends and
 * receives beside its HTTP API: events on the bus, webhooks of channels, messages of queues, and files in S3.
 */
export function createAsyncApi(events: readonly EventDefinition[], files: Record<string, Columns>): object {
  const channels = {
    bus: channel('EventBridge event bus. A consumer may get an event more than once, in any order.', {
      messages: events.map(busMessage),
    }),
    webhooks: channel(
      'POST to the endpoints of a channel, signed as in Standard Webhooks, for events of its own orders.',
      {
        messages: events.filter(isOrderEvent).map(webhookMessage),
      },
    ),
    movementQueue: channel('SQS queue of stock movements: the body of `POST /stock/movements`.', {
      messages: [{ name: 'Movements', contentType: 'application/json', payload: schemaOf(postMovements.body) }],
    }),
    files: channel('CSV files in S3: uploads, results, exports and lists, by their columns.', {
      messages: Object.entries(files).map(fileMessage),
    }),
  };
  const receives = new Set(['movementQueue', 'files']);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Storeworks', version: '1', license: { name: 'Apache-2.0' } },
    channels,
    operations: Object.fromEntries(
      Object.keys(channels).map((name) => [
        name,
        { action: receives.has(name) ? 'receive' : 'send', channel: { $ref: `#/channels/${name}` } },
      ]),
    ),
  };
}

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

function webhookMessage({ detailType, envelope }: EventDefinition): Message {
  const { metadata, data } = envelope.shape.detail.shape;
  const body = z.object({
    type: z.literal(detailType).describe('Name of the event'),
    timestamp: metadata.shape.occurredAt.describe('Time of the event'),
    data: data.describe('What changed'),
  });
  return { name: detailType, contentType: 'application/json', payload: schemaOf(body) };
}

/** A row of a file as an object. */
const fileMessage = ([name, columns]: [string, Columns]): Message => ({
  name: name.replace(/Columns$/, ''),
  contentType: 'text/csv',
  payload: {
    type: 'object',
    required: Object.entries(columns).flatMap(([column, { required }]) => (required ? [column] : [])),
    properties: Object.fromEntries(
      Object.entries(columns).map(([column, { description, example }]) => [
        column,
        { type: 'string', description, examples: [example] },
      ]),
    ),
  },
});

const schemaOf = (schema: z.ZodType): object =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
