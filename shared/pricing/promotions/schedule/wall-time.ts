import { Temporal } from 'temporal-polyfill';

export const dayMs = 86_400_000;

/** An instant in milliseconds, and whether the wall time is skipped by its zone, or occurs twice there. */
export type ResolvedWallTime = { at: number; occurs: 'once' | 'never' | 'twice' };

/**
 * The instant of a wall time in an IANA zone, as RFC 5545 and Temporal `compatible` have it: a time that does not occur is
 * read with the offset before the change, and of a time that occurs twice the first is used. `wallMs`: the wall time as if
 * it was UTC. Throws a RangeError for an unknown zone.
 */
export function resolveWallTime(wallMs: number, zone: string): ResolvedWallTime {
  const plain = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime();
  const at = plain.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
  if (wallTimeAt(at, zone) !== wallMs) return { at, occurs: 'never' };
  const later = plain.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds;
  return { at, occurs: later === at ? 'once' : 'twice' };
}

/** As `resolveWallTime`, the instant only. */
export const instantOf = (wallMs: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(wallMs)
    .toZonedDateTimeISO('UTC')
    .toPlainDateTime()
    .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;

/** The wall time of an instant, as if it was UTC. */
export const wallTimeAt = (at: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime().toZonedDateTime('UTC')
    .epochMilliseconds;

/** A wall time `YYYY-MM-DDTHH:MM[:SS]` as if it was UTC. */
export const wallMsOf = (text: string): number => Date.parse(`${text}Z`);
