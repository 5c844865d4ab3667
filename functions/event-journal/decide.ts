import { createHash } from 'node:crypto';
import * as z from 'zod';

/** A message of the queue, as far as the journal reads it. */
export const Message = z.object({ messageId: z.string(), body: z.string() });
export type Message = z.infer<typeof Message>;

/** Any event: what the journal relies on must be there, all else is kept as it came. */
const AnyEvent = z.object({
  source: z.string().min(1),
  'detail-type': z.string().min(1),
  detail: z.looseObject({
    metadata: z.looseObject({ eventId: z.string().min(1), occurredAt: z.iso.datetime({ offset: true }) }),
  }),
});
type AnyEvent = z.infer<typeof AnyEvent>;

/** The events of one business day in one batch: one file of the lake. */
export type Part = {
  day: string;
  /** From the ids of its events, so that the same batch delivered again writes the same file again. */
  name: string;
  /** NDJSON. */
  text: string;
  messageIds: string[];
};

/** Nightly reports start at half past midnight: with what was written until now, by a clock that may be a little off. */
const reportsWaitMs = 10 * 60_000;

/** The business day whose reports the coming night makes. What is written of earlier days is in no report yet. */
export const dayToReport = (nowMs: number, businessDay: (instantMs: number) => string): string =>
  businessDay(nowMs - reportsWaitMs);

/** Sorts a batch by business day; what is not an event is `malformed`, by message id. */
export function partsOf(
  messages: Message[],
  businessDay: (instantMs: number) => string,
): { parts: Part[]; malformed: string[] } {
  const read = messages.map(({ messageId, body }) => ({ messageId, event: eventOf(body) }));
  const malformed = read.filter(({ event }) => !event).map(({ messageId }) => messageId);
  const events = read.flatMap(({ messageId, event }) => (event ? [{ messageId, event }] : []));
  const byDay = Object.groupBy(events, ({ event }) => businessDay(Date.parse(event.detail.metadata.occurredAt)));
  const parts = Object.entries(byDay).map(([day, entries = []]) => partOf(day, entries));
  return { parts, malformed };
}

/** Lines lie in the order of their ids and each event has one, so that equal parts are equal byte for byte. */
function partOf(day: string, entries: { messageId: string; event: AnyEvent }[]): Part {
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
 * Half of a surrogate pair, as is left of an emoji cut in two, is no Unicode: readers other than JavaScript refuse the
 * whole line. It becomes U+FFFD. `JSON.stringify` writes it as an escape, and escapes nothing else as `\ud…`.
 */
const lineOf = (event: AnyEvent): string =>
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
