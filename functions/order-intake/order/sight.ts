import type { Channels } from '../../../shared/store.ts';

/** What a caller may see: the orders of `onlyChannel`, or, where that is undefined, those of all `channels`. */
export type Sight = { onlyChannel: string | undefined; channels: readonly string[] };

/**
 * A client that places orders is a channel and sees its own orders only. Staff, and clients which read orders but place
 * none (warehouse, finance, ...), see those of all channels.
 */
export function sightOf(clientId: string, channels: Channels): Sight {
  const own = channels[clientId];
  return {
    onlyChannel: own && !own.staff ? own.channel : undefined,
    channels: Object.values(channels).map(({ channel }) => channel),
  };
}

export const isInSight = (channel: string, { onlyChannel }: Sight) =>
  onlyChannel === undefined || channel === onlyChannel;
