import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Database } from '../../../shared/dynamodb/database.ts';

/** A database whose first `conflicts` transactions fail with `TransactionConflict`. */
export function withConflicts(db: Database, given: { conflicts: number }): Database {
  let left = given.conflicts;
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof TransactWriteCommand && left > 0) {
      left -= 1;
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
      });
    }
    return db.send(command);
  };
  return { send } as Database;
}
