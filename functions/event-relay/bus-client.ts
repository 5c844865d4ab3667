import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Entry } from './decide.ts';

export const createBusClient = (client: EventBridgeClient, busName: string) => ({
  /** Puts the entries of one request; returns the index and the error code of the first failed entry, if any. */
  async put(entries: Entry[]): Promise<{ firstFailed: number; reason: string } | undefined> {
    const { Entries: results = [] } = await client.send(
      new PutEventsCommand({
        Entries: entries.map(({ source, detailType, detail, time }) => ({
          EventBusName: busName,
          Source: source,
          DetailType: detailType,
          Detail: detail,
          Time: time,
        })),
      }),
    );
    const firstFailed = entries.findIndex((_, index) => !results[index]?.EventId);
    return firstFailed < 0 ? undefined : { firstFailed, reason: results[firstFailed]?.ErrorCode ?? 'NoResult' };
  },
});

export type BusClient = ReturnType<typeof createBusClient>;
