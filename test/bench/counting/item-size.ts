import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/**
 * Size of a stored item in bytes, by the rules of the DynamoDB developer guide ("DynamoDB item sizes and formats"):
 * names and strings in UTF-8, numbers about one byte per two digits plus one, lists and maps 3 bytes plus 1 per entry.
 */
export const itemSize = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + bytesOf(name) + valueSize(value), 0);

const bytesOf = (text: string) => Buffer.byteLength(text, 'utf8');

function valueSize(value: AttributeValue): number {
  if (value.S !== undefined) return bytesOf(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length / 2) + 1;
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.M) return 3 + itemSize(value.M) + Object.keys(value.M).length;
  if (value.L) return 3 + value.L.reduce((sum, element) => sum + valueSize(element) + 1, 0);
  // The recorded requests have binary values in base64, the SDK has their bytes.
  const binary: unknown = value.B;
  if (binary instanceof Uint8Array) return binary.length;
  if (typeof binary === 'string') return Buffer.from(binary, 'base64').length;
  throw new Error(`Unsupported attribute type: ${Object.keys(value).join()}`);
}

/** Write units of one item: one per started KB, two in a transaction. */
export const writeUnitsOf = (bytes: number, isTransaction: boolean) =>
  Math.max(1, Math.ceil(bytes / 1024)) * (isTransaction ? 2 : 1);

/** Read units of one read: one per started 4 KB, half of that for an eventually consistent read. */
export const readUnitsOf = (bytes: number, isConsistent: boolean) =>
  Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);
