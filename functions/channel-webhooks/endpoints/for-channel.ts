import { requestedChannel } from '../../../shared/access/channel-access.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Channels } from '../../../shared/store.ts';
import { notAChannel } from './responses.ts';

type ChannelRequest = { caller: { clientId: string }; query: { channel?: string | undefined } };

/** Serves a request for the requested channel, or refuses it if the caller has no access to that channel. */
export const forChannel =
  <R extends ChannelRequest>(channels: Channels, serve: (channel: string, request: R) => Promise<HttpResponse>) =>
  async (request: R): Promise<HttpResponse> => {
    const channel = requestedChannel(request.caller.clientId, channels, request.query.channel);
    return channel === undefined ? notAChannel : serve(channel, request);
  };
