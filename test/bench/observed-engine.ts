import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDynamoDbClient } from '../../infra/local/dynamodb/client.ts';
import { startLocalStore } from '../../infra/local-store.ts';
import { type Item, itemSize } from './counting/item-size.ts';
import { createRecorder } from './counting/recorder.ts';
import { tallyOf } from './counting/tally.ts';
import { transactionConflicts } from './counting/transaction-conflicts.ts';

// An engine in its own process, like `npm start`. It reports a tally of its calls between `begin` and `end` to its parent.
const { values } = parseArgs({
  options: {
    app: { type: 'string', default: '' },
    state: { type: 'string', default: '' },
    /** Duration of a transaction, in which other transactions on its items conflict. */
    'transaction-ms': { type: 'string' },
    /** Transactions are delayed by this duration. */
    slow: { type: 'boolean', default: false },
    /** Delay in seconds of messages from the event bus to queues. */
    'queue-delay': { type: 'string' },
  },
});
const logs = join(values.state, 'logs');
mkdirSync(logs, { recursive: true });
const { observer, onDelivery: countDelivery, begin, end } = createRecorder(logs);
const queueDelay = values['queue-delay'];
const onDelivery = queueDelay === undefined ? countDelivery : () => ({ delaysSeconds: [Number(queueDelay)] });
const transactionMs = values['transaction-ms'];
const onCall =
  transactionMs === undefined
    ? () => undefined
    : transactionConflicts({ transactionMs: Number(transactionMs), isSlow: values.slow });
const engine = await startLocalStore({
  cdkOut: values.app,
  stateDirectory: values.state,
  observer,
  faults: { onDelivery, onCall },
  log: (line) => console.error(line),
});
const database = createDynamoDbClient(engine.databaseUrl);

async function sizeOf(table: string, key: Item): Promise<number> {
  const { Item: item } = await database.call('GetItem', { TableName: table, Key: key, ConsistentRead: true });
  return item ? itemSize(item as Item) : 0;
}

process.on('message', (message) => {
  if (message === 'begin') begin();
  else void tallyOf(end(), engine.context.template, sizeOf).then((tally) => process.send?.(tally));
});
process.on('SIGINT', () => {
  void database
    .close()
    .then(engine.stop)
    .then(() => process.exit());
});
