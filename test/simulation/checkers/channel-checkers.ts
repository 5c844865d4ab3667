import { contentHash } from '../../../shared/ids.ts';
import type { CommittedEvent, FinalState } from './final-state.ts';
import type { Checker } from './checkers.ts';
import { isSubscribed } from '../actors/webhook-receivers.ts';

/** Channel by event id, for the events that a channel's endpoint subscribes to. */
function subscribedEvents({ orders, intakes, committed }: FinalState): Map<string, string> {
  const channels = new Map([...intakes, ...orders].map(({ orderId, channel }) => [orderId, channel]));
  return new Map(
    committed.flatMap(({ eventId, source, type, data }) => {
      // A payment received before its order has no channel.
      if (source !== 'storeworks.order-intake' || data.order === null || type === 'OrderImported') return [];
      const channel = channels.get(data.orderId);
      return channel !== undefined && isSubscribed(channel, type) ? [[eventId, channel] as const] : [];
    }),
  );
}

const channelsGetEvents: Checker = {
  name: 'a channel receives every event of its orders or has it as a dead letter',
  violations: (state) => {
    const accepted = new Set(
      state.observed.deliveries.filter(({ isAccepted }) => isAccepted).map(({ eventId }) => eventId),
    );
    const dead = new Set(state.deliveries.filter(({ state }) => state === 'dead').map(({ eventId }) => eventId));
    return [...subscribedEvents(state)]
      .filter(([eventId]) => !accepted.has(eventId) && !dead.has(eventId))
      .map(([eventId, channel]) => `${channel} did not receive ${eventId}`);
  },
};

/** What a channel reads instead of a reason that staff gave. */
const reasonOfTheStore = 'Decided by the store';
/** Clients that are channels. All others are staff, people, or workflows. */
const channelClients = new Set(['storefront', 'marketplace']);
const isOfTheStore = (actor: string) => !actor.startsWith('storeworks.') && !channelClients.has(actor);

/** The data of an event as its channel reads it: a reason that staff gave is replaced, and no other. */
const readByChannels = ({ type, data, metadata: { actor } }: CommittedEvent): object =>
  // The reason of a refused replacement is a code.
  data.reason !== undefined && isOfTheStore(actor) && type !== 'ReplacementRefused'
    ? { ...data, reason: reasonOfTheStore }
    : data;

const webhooksMatchEvents: Checker = {
  name: 'every webhook message is signed, belongs to its channel and matches a committed event',
  violations: (state) => {
    const events = new Map(state.committed.map((event) => [event.eventId, event]));
    const channels = new Map([...state.intakes, ...state.orders].map(({ orderId, channel }) => [orderId, channel]));
    return state.observed.deliveries.flatMap(({ channel, eventId, type, data, isSigned }) => {
      const event = events.get(eventId);
      if (!event) return [`${channel} received ${eventId}, which does not exist`];
      const isSame = event.type === type && contentHash(readByChannels(event)) === contentHash(data);
      return [
        ...(isSigned ? [] : [`${channel} received ${eventId} without a valid signature`]),
        ...(isSame ? [] : [`${channel} received ${type} ${eventId} with other content`]),
        ...(channels.get(event.data.orderId) === channel ? [] : [`${eventId} does not belong to ${channel}`]),
      ];
    });
  },
};

export const channelCheckers = [channelsGetEvents, webhooksMatchEvents];
