import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Entry } from './decide.ts';

export const createBus = (client: EventBridgeClient, busName: string) => ({
  /** Puts one request's entries; gives the index of the first that the bus did not confirm, if any. */
  async put(entries: Entry[]): Promise<{ firstFailed: number; reason: string } | undefined> {
    const { Entries: answers = [] } = await client.send(
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
    const firstFailed = entries.findIndex((_, index) => !answers[index]?.EventId);
    return firstFailed < 0 ? undefined : { firstFailed, reason: answers[firstFailed]?.ErrorCode ?? 'NoAnswer' };
  },
});

export type Bus = ReturnType<typeof createBus>;
