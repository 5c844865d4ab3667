import * as z from 'zod';

/** The parts of a message that the log names: an event of the bus, or a message that carries one. */
const Logged = z.object({
  'detail-type': z.string(),
  detail: z.object({ metadata: z.object({ eventId: z.string(), correlationId: z.string() }) }),
});

/** Keys of a log line about a message, by which a correlation id leads to it; empty for a message that is no event. */
export function eventKeys(message: unknown): { event?: string; eventId?: string; correlationId?: string } {
  const { data } = Logged.safeParse(message);
  if (!data) return {};
  const { eventId, correlationId } = data.detail.metadata;
  return { event: data['detail-type'], eventId, correlationId };
}
