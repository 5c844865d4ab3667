import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Database } from '../../../shared/dynamodb/database.ts';

/** A database that fails at its nth transaction, before or after the write takes effect. Reads still succeed. */
export function withCrash(db: Database, at: { transaction: number; when: 'before' | 'after' }): Database {
  let count = 0;
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (!(command instanceof TransactWriteCommand)) return db.send(command);
    count += 1;
    if (count > at.transaction || (count === at.transaction && at.when === 'before')) throw new Error('Crashed');
    const result = await db.send(command).catch((error: unknown) => error);
    if (count === at.transaction) throw new Error('Crashed');
    if (result instanceof Error) throw result;
    return result;
  };
  return { send } as Database;
}
