import type { EventDefinition } from '../contracts/define-event.ts';
import * as orders from '../contracts/orders/events.ts';
import * as imports from '../contracts/orders/import-events.ts';
import * as changes from '../contracts/orders/life-cycle-events.ts';
import * as refusals from '../contracts/orders/refusal-events.ts';
import { type Marks, marksOf } from '../contracts/readers.ts';
import type { Channels } from '../store.ts';
import { asRead } from './back-office.ts';

const isEvent = (value: object | string): value is EventDefinition =>
  typeof value === 'object' && 'envelope' in value && 'detailType' in value;

/** The events that an order's channel reads, by name. */
const definitions = new Map(
  [orders, imports, changes, refusals]
    .flatMap((module) => Object.values<object | string>(module).filter(isEvent))
    .map((event) => [event.detailType, event]),
);
const marks = new Map<string, Marks | undefined>();

type Data = { [name: string]: unknown };

/**
 * The data of an order's event as its channel reads it: without fields for staff, and with a `reason` only if a channel
 * or a workflow gave it. Nothing of an event that is not defined.
 */
export function eventDataForChannel(type: string, data: Data, actor: string, channels: Channels): Data {
  const definition = definitions.get(type);
  if (!definition) return {};
  if (!marks.has(type)) marks.set(type, marksOf(definition.envelope.shape.detail.shape.data));
  return { ...Object(asRead(data, marks.get(type), { clientId: '', actor, channels })) };
}
