import * as z from 'zod';
import { type AwsResponse, type AwsCall, AwsError, type AwsService } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext, Running, Support } from '../context.ts';
import { createDeliveries, type Delivery } from './deliveries.ts';
import { type BusEvent, Entry, entryBytes, type EntryError, eventOf, maximumEntriesBytes } from './event-entry.ts';
import { checkPattern, matches } from './event-pattern.ts';
import { type Rule, rulesOf, type RuleTarget } from './event-rule.ts';
import { createEventSender } from './event-sender.ts';
import { StartError } from '../start-error.ts';

export const supports: Support = {
  // Descriptions, encryption and logs have no effect on deliveries.
  'AWS::Events::EventBus': { effective: ['Name'], inert: ['Description', 'KmsKeyIdentifier', 'LogConfig'] },
  'AWS::Events::Rule': {
    effective: ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Targets'],
    inert: ['Description'],
  },
  // The engine keeps no archive and refuses StartReplay.
  'AWS::Events::Archive': {
    effective: [],
    inert: ['ArchiveName', 'Description', 'EventPattern', 'KmsKeyIdentifier', 'RetentionDays', 'SourceArn'],
  },
  'AWS::SQS::QueuePolicy': { effective: ['PolicyDocument', 'Queues'], inert: [] },
  'AWS::Lambda::Permission': {
    effective: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
    inert: [],
  },
};

export type EventBus = AwsService &
  Running & {
    /**
     * Puts entries of AWS services, such as S3, on a bus; ignores `EventBusName` of an entry. Resolves when every
     * matching delivery is done or stored; rejects with AwsError for an unknown bus or an invalid entry.
     */
    put: (busNameOrArn: string, entries: Entry[]) => Promise<void>;
  };

/** An event bus with its rules. */
type Bus = { arn: string; rules: Rule[] };

const PutEventsInput = z.object({ Entries: z.array(Entry).min(1).max(10), EndpointId: z.undefined().optional() });
const TestEventPatternInput = z.object({ EventPattern: z.string(), Event: z.string() });

/**
 * The template's event buses and rules. A PutEvents call returns after each matching delivery is done or in the state
 * file. Throws StartError for rules that AWS refuses, or that forward events in a cycle.
 */
export function createEventBus(context: LocalContext, { deliver }: { deliver: Deliver }): EventBus {
  const { template, now } = context;
  const buses = busesOf(context);
  const sender = createEventSender(context, {
    deliver,
    forward: (busArn, event) => publish(busAt(busArn), [JSON.parse(event)]),
  });
  const deliveries = createDeliveries(context, { owner: 'events', ...sender });
  const origin = () => ({ account: template.accountId, region: template.region, now: now() });

  const arnOf = (nameOrArn: string) =>
    nameOrArn.startsWith('arn:')
      ? nameOrArn
      : `arn:aws:events:${template.region}:${template.accountId}:event-bus/${nameOrArn}`;

  function busAt(nameOrArn: string): Bus {
    const bus = buses.get(arnOf(nameOrArn));
    if (!bus) throw new AwsError('ResourceNotFoundException', `Event bus ${nameOrArn} does not exist.`);
    return bus;
  }

  async function publish(bus: Bus, events: BusEvent[]): Promise<void> {
    const matching = events.flatMap((event) =>
      bus.rules
        .filter((rule) => rule.isEnabled && rule.pattern && matches(rule.pattern, event))
        .flatMap((rule) => rule.targets.map((target) => deliveryOf(event, rule, target, now()))),
    );
    if (matching.length === 0) return;
    // Calls of other machines may be slow: these deliveries are stored, and the sender does not wait.
    const [remote, local] = [matching.filter(isRemote), matching.filter((delivery) => !isRemote(delivery))];
    if (remote.length > 0) context.state.transaction(() => deliveries.keep(remote));
    if (local.length > 0) await deliveries.deliver(local);
  }

  async function putEvents(body: Buffer): Promise<AwsResponse> {
    const { Entries: entries } = readInput(PutEventsInput, body);
    if (entries.reduce((bytes, entry) => bytes + entryBytes(entry), 0) > maximumEntriesBytes) {
      throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
    }
    const accepted = new Map<Bus, BusEvent[]>();
    const results = entries.map((entry): { EventId: string } | EntryError => {
      const bus = buses.get(arnOf(entry.EventBusName ?? 'default'));
      if (!bus) {
        const message = `Event bus ${entry.EventBusName} does not exist.`;
        return { ErrorCode: 'ResourceNotFoundException', ErrorMessage: message };
      }
      if (entry.Source?.startsWith('aws.')) {
        return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
      }
      const event = eventOf(entry, origin());
      if ('ErrorCode' in event) return event;
      accepted.set(bus, [...(accepted.get(bus) ?? []), event]);
      return { EventId: event.id };
    });
    await Promise.all([...accepted].map(([bus, events]) => publish(bus, events)));
    return responseOf({ FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results });
  }

  return {
    permissions: (call) => permissionsOf(call).map(({ action, bus }) => ({ action, resource: bus ? arnOf(bus) : '*' })),
    handle: async ({ operation, body }) => {
      if (operation === 'PutEvents') return putEvents(body);
      if (operation === 'TestEventPattern') return testEventPattern(body);
      throw new AwsError('UnknownOperationException', `The local event bus does not support ${operation}`);
    },
    put: async (busNameOrArn, entries) => {
      const bus = busAt(busNameOrArn);
      const events = entries.map((entry) => {
        const event = eventOf(Entry.parse(entry), origin());
        if ('ErrorCode' in event) throw new AwsError(event.ErrorCode, event.ErrorMessage);
        return event;
      });
      await publish(bus, events);
    },
    pending: deliveries.pending,
    stop: deliveries.stop,
  };
}

const isRemote = ({ targetArn }: Delivery) => targetArn.includes(':api-destination/');

/** The delivery of an event to a rule's target. */
export function deliveryOf(event: BusEvent, rule: Rule, target: RuleTarget, receivedAt: number): Delivery {
  const original = JSON.stringify(event);
  const ingestionTime = new Date(receivedAt).toISOString();
  const payload = target.makeInput(event, { ruleArn: rule.arn, ruleName: rule.name, ingestionTime });
  const { makeInput: _, arn: targetArn, ...settings } = target;
  return { ...settings, targetArn, payload, senderArn: rule.arn, ...(payload !== original && { original }) };
}

function busesOf({ template }: LocalContext): Map<string, Bus> {
  const arnOfName = new Map([['default', `arn:aws:events:${template.region}:${template.accountId}:event-bus/default`]]);
  for (const { name, arn } of template.ofType('AWS::Events::EventBus')) arnOfName.set(name, arn);
  const buses = new Map([...arnOfName.values()].map((arn): [string, Bus] => [arn, { arn, rules: [] }]));
  for (const rule of rulesOf(template)) {
    const bus = buses.get(arnOfName.get(rule.busName) ?? '');
    if (!bus) throw new StartError(`The rule ${rule.name} is on the event bus ${rule.busName}, which does not exist.`);
    if (rule.scheduleExpression && rule.busName !== 'default') {
      throw new StartError(`The rule ${rule.name} has a schedule, which AWS allows on the default event bus only.`);
    }
    bus.rules.push(rule);
  }
  for (const bus of buses.values()) refuseCycle(bus, buses, []);
  return buses;
}

/** Throws StartError for buses that forward to each other, which would repeat an event forever. */
function refuseCycle(bus: Bus, buses: Map<string, Bus>, before: Bus[]): void {
  if (before.includes(bus)) throw new StartError(`The rules of ${bus.arn} send its own events back to it.`);
  for (const target of bus.rules.flatMap(({ targets }) => targets)) {
    const next = buses.get(target.arn);
    if (next) refuseCycle(next, buses, [...before, bus]);
  }
}

function permissionsOf({ operation, body }: AwsCall): { action: string; bus?: string }[] {
  if (operation !== 'PutEvents') return [{ action: `events:${operation}` }];
  const parsed = PutEventsInput.safeParse(parseJson(body));
  // `handle` refuses an invalid call, which therefore needs no permission.
  if (!parsed.success) return [];
  const names = new Set(parsed.data.Entries.map((entry) => entry.EventBusName ?? 'default'));
  return [...names].map((bus) => ({ action: 'events:PutEvents', bus }));
}

const eventFields = ['id', 'account', 'source', 'time', 'region', 'resources', 'detail-type'];

function testEventPattern(body: Buffer): AwsResponse {
  const { EventPattern: patternText, Event: eventText } = readInput(TestEventPatternInput, body);
  const pattern = parseJson(patternText);
  if (pattern === undefined)
    throw new AwsError('InvalidEventPatternException', 'Event pattern is not valid. Reason: not JSON');
  checkPattern(pattern);
  const event = z.record(z.string(), z.unknown()).safeParse(parseJson(eventText));
  const missing = event.success ? eventFields.find((field) => !Object.hasOwn(event.data, field)) : 'JSON';
  if (missing)
    throw new AwsError('ValidationException', `Parameter Event is not valid. Reason: ${missing} is missing.`);
  return responseOf({ Result: matches(pattern, event.data) });
}

function readInput<S extends z.ZodType>(schema: S, body: Buffer): z.infer<S> {
  const json = parseJson(body);
  if (json === undefined) throw new AwsError('SerializationException', 'The request body is not JSON.');
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new AwsError('ValidationException', z.prettifyError(parsed.error));
  return parsed.data;
}

function parseJson(text: string | Buffer): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

const responseOf = (body: unknown): AwsResponse => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});
