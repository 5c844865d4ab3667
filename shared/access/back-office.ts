import type { DefinedRoute } from '../contracts/define-route.ts';
import { type Marks, marksOf, union } from '../contracts/readers.ts';
import { ownValue } from '../input/own-value.ts';
import type { Channels } from '../store.ts';

type Json = { [name: string]: unknown };

/** What a channel reads instead of a reason that staff wrote. */
export const reasonOfTheStore = 'Decided by the store';

/** The channel that reads; `actor` caused the event that it reads. */
type Reader = { clientId: string; actor?: string; channels: Channels };

/** Whether a client is a channel, and not staff or the back office. */
const isChannel = (clientId: string, channels: Channels): boolean => ownValue(channels, clientId)?.staff === false;

/**
 * Returns the bodies of a route's responses as a client may read them: channels get no field that the schemas of the
 * responses keep for staff. Without `channels`, which clients are staff is unknown, and no caller gets such a field.
 */
export function bodiesForClients({ responses }: DefinedRoute, channels: Channels | undefined) {
  // Derived once for all responses, so that also a status that the route does not name hides them.
  let marks: { of: Marks | undefined } | undefined;
  return (body: unknown, clientId: string): unknown => {
    if (channels && !isChannel(clientId, channels)) return body;
    marks ??= { of: union(Object.values(responses).map(({ schema }) => schema && marksOf(schema))) };
    return asRead(body, marks.of, { clientId, channels: channels ?? {} });
  };
}

/** A value as a channel reads it. The members keep their order. */
export function asRead(value: unknown, marks: Marks | undefined, reader: Reader): unknown {
  if (!marks || typeof value !== 'object' || value === null) return value;
  const { members, each } = marks;
  if (Array.isArray(value)) return each ? value.map((entry) => asRead(entry, each, reader)) : value;
  return Object.fromEntries(
    Object.entries<unknown>({ ...value }).flatMap(([name, member]) => {
      const own = members.get(name) ?? each;
      const shown = own?.readers ? shownTo(reader, own.readers, member, value) : asRead(member, own, reader);
      return shown === undefined ? [] : [[name, shown]];
    }),
  );
}

/** A marked field as a channel reads it; undefined if it does not. */
function shownTo(
  { clientId, actor = '', channels }: Reader,
  readers: NonNullable<Marks['readers']>,
  value: unknown,
  holder: Json | object,
): unknown {
  switch (readers.kind) {
    case 'staff': {
      return undefined;
    }
    case 'writer': {
      return Object.entries(holder).some(([name, by]) => name === readers.namedBy && by === clientId)
        ? value
        : undefined;
    }
    case 'actor': {
      const isPublic = actor.startsWith('storeworks.') || isChannel(actor, channels);
      return value === undefined || isPublic ? value : reasonOfTheStore;
    }
    default: {
      return readers satisfies never;
    }
  }
}
