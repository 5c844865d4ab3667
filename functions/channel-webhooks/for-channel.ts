import type { HttpResponse } from '../../shared/contracts/problem.ts';
import type { Channels } from '../../shared/store.ts';
import { notAChannel } from './replies.ts';

/** The caller's own channel, or the one that a member of staff names. */
const channelOf = (channels: Channels, clientId: string, named: string | undefined): string | undefined => {
  const own = channels[clientId];
  if (named === undefined || named === own?.channel) return own?.channel;
  return own?.staff && Object.values(channels).some(({ channel }) => channel === named) ? named : undefined;
};

type Asked = { caller: { clientId: string }; query: { channel?: string | undefined } };

/** Serves a request for the channel that it is about, if the caller may see to that. */
export const forChannel =
  <R extends Asked>(channels: Channels, serve: (channel: string, request: R) => Promise<HttpResponse>) =>
  async (request: R): Promise<HttpResponse> => {
    const channel = channelOf(channels, request.caller.clientId, request.query.channel);
    return channel === undefined ? notAChannel : serve(channel, request);
  };
