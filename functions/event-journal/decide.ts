import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type PersonalFields, withoutPersonal } from '../../shared/contracts/personal-data.ts';

/** The fields of an SQS record that the journal reads. */
export const Message = z.object({ messageId: z.string(), body: z.string() });
export type Message = z.infer<typeof Message>;

/** Any event: the fields that the journal needs are required, all others of its detail are kept. */
const AnyEvent = z.object({
  source: z.string().min(1),
  'detail-type': z.string().min(1),
  detail: z.looseObject({
    metadata: z.looseObject({ eventId: z.string().min(1), occurredAt: z.iso.datetime({ offset: true }) }),
  }),
});
type AnyEvent = z.infer<typeof AnyEvent>;
type LakeEvent = AnyEvent & { customer?: string; customerEmail?: string };

type Journal = {
  /** The business day of an instant in milliseconds. */
  businessDay: (instantMs: number) => string;
  /** The personal fields of an event's data, by detail type. */
  personalFields: ReadonlyMap<string, PersonalFields>;
  /** A stable name for the customer of an event's data, if it has one. */
  pseudonymOf: (data: unknown) => string | undefined;
  /** A second name, of the e-mail address of a customer with an id. */
  emailPseudonymOf?: (data: unknown) => string | undefined;
};

/** A file of the lake: the events of one business day in one batch. */
export type LakeFile = {
  day: string;
  /** A hash of its event ids, so that a batch that is delivered again overwrites its file. */
  name: string;
  /** NDJSON. */
  text: string;
  messageIds: string[];
};

/** Nightly reports start at 00:30; events written from 00:10 on may miss them. The rest is for clock differences. */
const arrivalCutoffMs = 10 * 60_000;

/** The business day that events written now arrive on: the next nightly job reports it, and restates earlier days. */
export const arrivalDayOf = (nowMs: number, businessDay: (instantMs: number) => string): string =>
  businessDay(nowMs - arrivalCutoffMs);

/**
 * Groups a batch by business day, without the personal fields of its events. `malformed` has the ids of messages that are
 * not events.
 */
export function lakeFilesOf(
  messages: Message[],
  { businessDay, ...rules }: Journal,
): { files: LakeFile[]; malformed: string[] } {
  const parsed = messages.map(({ messageId, body }) => ({ messageId, event: eventOf(body) }));
  const malformed = parsed.filter(({ event }) => !event).map(({ messageId }) => messageId);
  const events = parsed.flatMap(({ messageId, event }) =>
    event ? [{ messageId, event: lakeEventOf(event, rules) }] : [],
  );
  const byDay = Object.groupBy(events, ({ event }) => businessDay(Date.parse(event.detail.metadata.occurredAt)));
  const files = Object.entries(byDay).map(([day, entries = []]) => lakeFileOf(day, entries));
  return { files, malformed };
}

/**
 * The event as the lake has it: the table of its aggregate keeps the personal fields, so that one erasure there is enough.
 * `customer` is the pseudonym of the event's customer, `customerEmail` that of its e-mail address.
 */
function lakeEventOf(
  event: AnyEvent,
  { personalFields, pseudonymOf, emailPseudonymOf }: Omit<Journal, 'businessDay'>,
): LakeEvent {
  const { data } = event.detail;
  const fields = personalFields.get(event['detail-type']);
  const customer = pseudonymOf(data);
  const customerEmail = emailPseudonymOf?.(data);
  return {
    ...event,
    detail: { ...event.detail, ...(fields && { data: withoutPersonal(data, fields) }) },
    ...(customer !== undefined && { customer }),
    ...(customerEmail !== undefined && { customerEmail }),
  };
}

/** One line per event id, in the order of the ids, so that files of the same events have the same bytes. */
function lakeFileOf(day: string, entries: { messageId: string; event: LakeEvent }[]): LakeFile {
  const byId = new Map(entries.map(({ event }) => [event.detail.metadata.eventId, lineOf(event)]));
  const ids = [...byId.keys()].sort();
  return {
    day,
    name: createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 32),
    text: ids.map((id) => `${byId.get(id)}\n`).join(''),
    messageIds: entries.map(({ messageId }) => messageId),
  };
}

/**
 * Replaces lone surrogates, such as half of a truncated emoji, by U+FFFD: JSON readers other than JavaScript refuse such a
 * line. `JSON.stringify` escapes lone surrogates, and nothing else, as `\ud…`.
 */
const lineOf = (event: LakeEvent): string =>
  JSON.stringify(event).replaceAll(/\\(ud[89a-f][0-9a-f]{2}|.)/g, (escape, code: string) =>
    code.startsWith('ud') ? String.raw`\ufffd` : escape,
  );

function eventOf(body: string): AnyEvent | undefined {
  try {
    return AnyEvent.safeParse(JSON.parse(body)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
