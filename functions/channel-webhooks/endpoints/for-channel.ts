import { requestedChannel } from '../../../shared/access/channel-access.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { ownValue } from '../../../shared/input/own-value.ts';
import type { Channels } from '../../../shared/store.ts';
import { notAChannel } from './responses.ts';

type ChannelRequest = { caller: { clientId: string }; query: { channel?: string | undefined } };

/**
 * Serves a request for the requested channel, or refuses it if the caller has no access to that channel. `isOwn`: the
 * caller is the channel itself, and not staff. Staff are never, so that changes of their own channel need two people too.
 */
export const forChannel =
  <R extends ChannelRequest>(
    channels: Channels,
    serve: (channel: string, request: R, isOwn: boolean) => Promise<HttpResponse>,
  ) =>
  async (request: R): Promise<HttpResponse> => {
    const channel = requestedChannel(request.caller.clientId, channels, request.query.channel);
    if (channel === undefined) return notAChannel;
    const client = ownValue(channels, request.caller.clientId);
    return serve(channel, request, client?.channel === channel && !client.staff);
  };
