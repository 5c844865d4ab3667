import { channelNames, type Channels } from '../store.ts';
import { ownValue } from '../input/own-value.ts';

/** The orders that a client may read: those of `onlyChannel`, or of all `channels` if it is undefined. */
export type ChannelAccess = { onlyChannel: string | undefined; channels: readonly string[] };

/**
 * The access policy for orders and everything that belongs to an order. A client that places orders is a channel and
 * reads its own orders only. Staff, and clients that place no orders (warehouse, finance), read all channels.
 */
export function channelAccessOf(clientId: string, channels: Channels): ChannelAccess {
  const own = ownValue(channels, clientId);
  return {
    onlyChannel: own && !own.staff ? own.channel : undefined,
    channels: channelNames(channels),
  };
}

export const isVisible = (channel: string, { onlyChannel }: ChannelAccess) =>
  onlyChannel === undefined || channel === onlyChannel;

/**
 * The channel whose settings a request reads or changes: the caller's own, or the channel that staff names. Undefined if
 * the caller is no channel or names a channel that it has no access to.
 */
export function requestedChannel(clientId: string, channels: Channels, named: string | undefined): string | undefined {
  const own = ownValue(channels, clientId);
  if (named === undefined || named === own?.channel) return own?.channel;
  const access = channelAccessOf(clientId, channels);
  return own?.staff && access.channels.includes(named) ? named : undefined;
}
