import { BatchGetCommand, type BatchGetCommandOutput } from '@aws-sdk/lib-dynamodb';
import type { Database } from '../../../shared/dynamodb/database.ts';

/**
 * A database whose first batch of several items is read in two parts, as BatchGetItem may do. It reads the keys that
 * match `late` after `meanwhile` has run.
 */
export function withSplitBatchRead(
  db: Database,
  given: { late: (sk: unknown) => boolean; meanwhile: () => Promise<unknown> },
): Database {
  let isSplit = false;
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (!(command instanceof BatchGetCommand) || isSplit || keyCount(command) === 1) return db.send(command);
    isSplit = true;
    const part = (isLate: boolean) => {
      const tables = Object.entries(command.input.RequestItems ?? {}).map(
        ([table, { Keys = [], ...how }]) =>
          [table, { ...how, Keys: Keys.filter(({ sk }) => given.late(sk) === isLate) }] as const,
      );
      const RequestItems = Object.fromEntries(tables.filter(([, { Keys }]) => Keys.length > 0));
      return db.send(new BatchGetCommand({ RequestItems }));
    };
    const early = await part(false);
    await given.meanwhile();
    return { ...early, Responses: merged(early, await part(true)) };
  };
  return { send } as Database;
}

const keyCount = ({ input }: BatchGetCommand) =>
  Object.values(input.RequestItems ?? {}).reduce((sum, { Keys = [] }) => sum + Keys.length, 0);

function merged(...outputs: BatchGetCommandOutput[]): Record<string, unknown[]> {
  const items = outputs.flatMap(({ Responses = {} }) => Object.entries(Responses));
  const byTable = Map.groupBy(items, ([table]) => table);
  return Object.fromEntries([...byTable].map(([table, parts]) => [table, parts.flatMap(([, found]) => found)]));
}
