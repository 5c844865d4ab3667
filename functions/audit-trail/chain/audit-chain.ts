import { hash } from 'node:crypto';
import * as z from 'zod';
import { BusinessDay } from '../../../shared/names.ts';

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A lake file as it is stored, compressed. `size` is in bytes. */
const ChainedFile = z.strictObject({ key: z.string(), size: z.int(), sha256: Sha256 });
export type ChainedFile = z.infer<typeof ChainedFile>;

/**
 * The files that a closed day adds, in the order of their keys. `previous` is the hash of the day before, null for the first
 * day. `hash` is the SHA-256 of the JSON of the other members, in this order and without white space.
 */
const Chain = z.strictObject({
  day: BusinessDay,
  previous: Sha256.nullable(),
  files: z.array(ChainedFile),
  hash: Sha256,
});
export type Chain = z.infer<typeof Chain>;

/** Prefix of the chains of all days. */
export const chainsPrefix = 'audit/dt=';
const chainName = '/chain.json';

/** Key of the chain of a closed day. */
export const chainKey = (day: string) => `${chainsPrefix}${day}${chainName}`;

/** The day of a chain's key, undefined for another key. */
export const dayOfChain = (key: string): string | undefined =>
  key.startsWith(chainsPrefix) && key.endsWith(chainName)
    ? BusinessDay.safeParse(key.slice(chainsPrefix.length, -chainName.length)).data
    : undefined;

export function chainOf(day: string, previous: string | null, files: readonly ChainedFile[]): Chain {
  const inOrder = files
    .map(({ key, size, sha256 }) => ({ key, size, sha256 }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const content = { day, previous, files: inOrder };
  return { ...content, hash: hash('sha256', JSON.stringify(content)) };
}

export const textOf = (chain: Chain) => `${JSON.stringify(chain)}\n`;

/** The chain that was written as this text, undefined if any byte of it was changed. */
export function parseChain(day: string, text: string): Chain | undefined {
  const chain = Chain.safeParse(parsedJson(text)).data;
  if (chain === undefined) return undefined;
  return textOf(chainOf(day, chain.previous, chain.files)) === text ? chain : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
