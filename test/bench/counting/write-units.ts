import type { Template } from '../../../infra/local/template/template.ts';
import { tablesOf } from '../../../infra/local/dynamodb/tables.ts';
import { type Item, itemSize, writeUnitsOf } from './item-size.ts';
import type { RecordedCall } from './recorder.ts';

/** Write units of a function at a partition key of a table or index. `item`: the key of a written item of a table. */
export type Charge = { at: number; functionName: string; key: string; units: number; item?: string };

type Index = { name: string; hash: string; range: string };
type Write = {
  TableName: string;
  Key?: Item;
  Item?: Item;
  UpdateExpression?: string;
  ExpressionAttributeNames?: object;
};
type Input = Write & { TransactItems?: Record<string, Write>[] };
type WrittenItem = { bytes: number; item: Item | undefined };

/** Size in bytes of a stored item; 0 if it does not exist. */
export type SizeOf = (table: string, key: Item) => Promise<number>;

/**
 * Write units of the calls by DynamoDB's rules: the size of the item, twice in a transaction, even if a condition failed,
 * and once per created or deleted index entry. An update is charged with the item's stored size. An item that these
 * calls did not write before counts as new to the indexes.
 */
export async function chargesOf(calls: readonly RecordedCall[], template: Template, sizeOf: SizeOf): Promise<Charge[]> {
  const tables = new Map(tablesOf(template).map((table) => [table.name, { ...table, indexes: indexesOf(table) }]));
  const written = new Map<string, WrittenItem>();
  const charges: Charge[] = [];
  for (const { at, functionName, status, ...call } of calls) {
    const { writes, isTransaction } = writesOf(call);
    for (const { kind, write } of writes) {
      const table = tables.get(write.TableName);
      if (!table) throw new Error(`The template has no table ${write.TableName}`);
      const key = keyOf(write);
      const identity = [table.name, key.pk?.S, key.sk?.S].join(' ');
      const before = written.get(identity);
      const bytes = write.Item ? itemSize(write.Item) : (before?.bytes ?? (await sizeOf(table.name, key)));
      const charge = (where: string, partition: string, units: number, item?: string) =>
        charges.push({ at, functionName, key: `${where} ${partition}`, units, ...(item !== undefined && { item }) });
      const item = [table.logicalId, key.pk?.S, key.sk?.S].join(' ');
      charge(table.logicalId, key.pk?.S ?? '', writeUnitsOf(bytes, isTransaction), item);
      if (status !== 200 || kind === 'ConditionCheck') continue;
      if (kind === 'Update') checkUpdate(write, table.indexes);
      const after = kind === 'Delete' ? undefined : (write.Item ?? before?.item);
      written.set(identity, { bytes, item: after });
      for (const index of table.indexes) {
        const [old, next] = [entryOf(before?.item, index), entryOf(after, index)];
        if (old?.text === next?.text) continue;
        for (const entry of [old, next]) {
          if (entry) charge(`${table.logicalId}.${index.name}`, entry.partition, writeUnitsOf(entry.bytes, false));
        }
      }
    }
  }
  return charges;
}

function writesOf({ service, operation, body }: Pick<RecordedCall, 'service' | 'operation' | 'body'>) {
  const none = { writes: [], isTransaction: false };
  if (service !== 'dynamodb' || !/^(TransactWriteItems|PutItem|UpdateItem|DeleteItem)$/.test(operation)) return none;
  const input = JSON.parse(body) as Input;
  if (!input.TransactItems)
    return { writes: [{ kind: operation.replace('Item', ''), write: input }], isTransaction: false };
  const writes = input.TransactItems.flatMap((action) =>
    Object.entries(action).map(([kind, write]) => ({ kind, write })),
  );
  return { writes, isTransaction: true };
}

const keyOf = ({ Key, Item: item }: Write): Item => {
  const { pk, sk } = Key ?? item ?? {};
  if (!pk || !sk) throw new Error('The write has no key');
  return { pk, sk };
};

type Declared = { IndexName: string; KeySchema: { AttributeName: string }[] };

const indexesOf = ({ properties }: { properties: Record<string, unknown> }): Index[] =>
  ((properties.GlobalSecondaryIndexes ?? []) as Declared[]).map(({ IndexName, KeySchema: [hash, range] }) => ({
    name: IndexName,
    hash: hash?.AttributeName ?? '',
    range: range?.AttributeName ?? '',
  }));

/** An item's entry in a keys-only index; undefined without both key attributes. */
function entryOf(item: Item | undefined, { hash, range }: Index) {
  const [partition, sort] = [item?.[hash]?.S, item?.[range]?.S];
  if (!item || partition === undefined || sort === undefined) return undefined;
  const names = new Set(['pk', 'sk', hash, range]);
  const bytes = itemSize(Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name))));
  return { partition, text: `${partition} ${sort}`, bytes };
}

/** Throws for an update of an index key, whose cost cannot be derived. No measured function sends one. */
function checkUpdate({ UpdateExpression = '', ExpressionAttributeNames = {} }: Write, indexes: Index[]): void {
  const text = [UpdateExpression, ...Object.values(ExpressionAttributeNames)].join(' ');
  const touched = indexes.find(({ hash, range }) =>
    [hash, range].some((name) => new RegExp(`\\b${name}\\b`).test(text)),
  );
  if (touched) throw new Error(`Cannot count an update of a key of ${touched.name}: ${UpdateExpression}`);
}
