import { contentHash } from '../../../shared/ids.ts';
import type { FinalState } from './final-state.ts';
import type { Checker } from './checkers.ts';
import { isSubscribed } from '../actors/webhook-receivers.ts';

/** Channel of each event of an order that its channel is to be told of, by event id. */
function subscribedEvents({ orders, intakes, committed }: FinalState): Map<string, string> {
  const channels = new Map([...intakes, ...orders].map(({ orderId, channel }) => [orderId, channel]));
  return new Map(
    committed.flatMap(({ eventId, source, type, data }) => {
      // A payment whose order is not there yet is nobody's.
      if (source !== 'storeworks.order-intake' || data.order === null || type === 'OrderImported') return [];
      const channel = channels.get(data.orderId);
      return channel !== undefined && isSubscribed(channel, type) ? [[eventId, channel] as const] : [];
    }),
  );
}

const channelsGetEvents: Checker = {
  name: 'a channel receives every event of its orders or has it as a dead letter',
  violations: (state) => {
    const taken = new Set(state.observed.deliveries.filter(({ isAccepted }) => isAccepted).map(({ eventId }) => eventId));
    const dead = new Set(state.deliveries.filter(({ state }) => state === 'dead').map(({ eventId }) => eventId));
    return [...subscribedEvents(state)]
      .filter(([eventId]) => !taken.has(eventId) && !dead.has(eventId))
      .map(([eventId, channel]) => `${channel} did not hear of ${eventId}`);
  },
};

const webhooksMatchEvents: Checker = {
  name: 'every webhook message is signed, belongs to its channel and matches a committed event',
  violations: (state) => {
    const events = new Map(state.committed.map((event) => [event.eventId, event]));
    const channels = new Map([...state.intakes, ...state.orders].map(({ orderId, channel }) => [orderId, channel]));
    return state.observed.deliveries.flatMap(({ channel, eventId, type, data, isSigned }) => {
      const event = events.get(eventId);
      if (!event) return [`${channel} was told of ${eventId}, which is not there`];
      const isSame = event.type === type && contentHash(event.data) === contentHash(data);
      return [
        ...(isSigned ? [] : [`${channel} was told of ${eventId} without a good signature`]),
        ...(isSame ? [] : [`${channel} was told of ${type} ${eventId} in other words`]),
        ...(channels.get(event.data.orderId) === channel ? [] : [`${eventId} is none of ${channel}'s`]),
      ];
    });
  },
};

export const channelCheckers = [channelsGetEvents, webhooksMatchEvents];
