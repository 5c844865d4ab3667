import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * Size of a stored item in bytes, by the rules of the DynamoDB developer guide ("DynamoDB item sizes and formats"):
 * names and strings in UTF-8, numbers about one byte per two digits and one more, lists and maps 3 bytes and 1 an entry.
 */
export const itemSize = (item: Record<string, AttributeValue>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + bytesOf(name) + valueSize(value), 0);

const bytesOf = (text: string) => Buffer.byteLength(text, 'utf8');

function valueSize(value: AttributeValue): number {
  if (value.S !== undefined) return bytesOf(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.M) return 3 + itemSize(value.M) + Object.keys(value.M).length;
  if (value.L) return 3 + value.L.reduce((sum, element) => sum + valueSize(element) + 1, 0);
  throw new Error(`An attribute of a kind that no table uses: ${Object.keys(value).join()}`);
}

/** Write units of one item in a transaction: two per started KB. */
export const transactionUnits = (bytes: number) => 2 * Math.ceil(bytes / 1024);
