import { Temporal } from 'temporal-polyfill';

/**
 * The instant (RFC 3339, UTC) of a local date and time in an IANA zone, or what is wrong with it. A time that occurs twice
 * is the first one; an offset names the other. A time that the clocks skip is refused, as no clock shows it.
 */
export function instantIn(local: string, timeZone: string): { instant: string } | { problem: string } {
  const [, text = '', offset] = /^(.{16}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?$/.exec(local) ?? [];
  const plain = plainTime(text);
  if (!plain) return { problem: `There is no date and time ${text}` };
  const iso = (zoned: Temporal.ZonedDateTime) => new Date(zoned.epochMilliseconds).toISOString();
  if (offset !== undefined) {
    const zoned = Temporal.Instant.from(local).toZonedDateTimeISO(timeZone);
    if (offset === 'Z' || zoned.offset === offset) return { instant: iso(zoned) };
    return { problem: `The clocks of ${timeZone} have the offset ${zoned.offset} then, not ${offset}` };
  }
  const [first, second] = (['earlier', 'later'] as const).map((disambiguation) =>
    plain.toZonedDateTime(timeZone, { disambiguation }),
  );
  if (!first || !second) return { problem: `There is no time ${text} in ${timeZone}` };
  if (first.toPlainDateTime().equals(plain)) return { instant: iso(first) };
  const next = second.toPlainDateTime().toString({ smallestUnit: 'minute' });
  return { problem: `The clocks of ${timeZone} skip ${text}. Use ${next}, which is the same moment after the change` };
}

function plainTime(text: string): Temporal.PlainDateTime | undefined {
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
