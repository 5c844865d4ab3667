import { dayBefore, daysBefore } from '../../../shared/business-day.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { lakeDaysPrefix, lateArrivalsPrefix } from '../../../shared/lake/lake-keys.ts';
import { type Chain, chainKey, chainsPrefix, dayOfChain, parseChain } from './audit-chain.ts';

/** A copy of the lake bucket. */
export type Copy = {
  keys: (prefix: string) => Promise<string[]>;
  text: (key: string) => Promise<string>;
  digest: (key: string) => Promise<{ size: number; sha256: string }>;
};

/** What changed after its day was closed, as sentences; `days` and `files` are those of the chains. */
export type Verification = {
  problems: string[];
  days: number;
  files: number;
  last?: { day: string; hash: string } | undefined;
};

const parallelReads = 8;

/** `keptHash` is the hash of any day, kept outside of the bucket. */
export async function verify(copy: Copy, keptHash?: string): Promise<Verification> {
  const days = (await copy.keys(chainsPrefix)).flatMap((key) => dayOfChain(key) ?? []).toSorted();
  const texts = await inParallel(parallelReads, days, async (day) => parseChain(day, await copy.text(chainKey(day))));
  const chains = texts.filter((chain) => chain !== undefined);
  const broken = brokenLinks(days, texts, keptHash);
  const files = chains.reduce((sum, chain) => sum + chain.files.length, 0);
  const last = chains.at(-1);
  return {
    // Without all chains, unchanged files would be named.
    problems: broken.length > 0 ? broken : await changedFiles(copy, chains),
    days: chains.length,
    files,
    last: last && { day: last.day, hash: last.hash },
  };
}

/** `chains` are those of these days, undefined for one that was changed. */
function brokenLinks(days: string[], chains: (Chain | undefined)[], keptHash: string | undefined): string[] {
  if (days.length === 0) return [`There is no chain under ${chainsPrefix}: all were removed, or no day was closed.`];
  const problems = days.flatMap((day, index) => {
    const [chain, before, dayOfBefore] = [chains[index], chains[index - 1], days[index - 1]];
    if (chain === undefined) return [`${chainKey(day)} was changed.`];
    if (dayOfBefore === undefined) {
      return chain.previous === null ? [] : [`${chainKey(dayBefore(day))} was removed, with all before it.`];
    }
    if (dayOfBefore !== dayBefore(day)) return [`${chainKey(daysBefore(dayOfBefore, -1))} was removed.`];
    if (before === undefined || before.hash === chain.previous) return [];
    return [`${chainKey(dayOfBefore)} was written again: ${chainKey(day)} has another hash of it.`];
  });
  if (keptHash === undefined || chains.some((chain) => chain?.hash === keptHash)) return problems;
  return [...problems, `No day has the hash ${keptHash}: its chain was removed or written again.`];
}

async function changedFiles(copy: Copy, chains: Chain[]): Promise<string[]> {
  const present = new Set(await copy.keys(lakeDaysPrefix));
  const chained = chains.flatMap(({ day, files }) => files.map((file) => ({ day, ...file })));
  const changed = await inParallel(parallelReads, chained, async ({ day, key, size, sha256 }) => {
    if (!present.has(key)) return [`${key} was removed after ${day} was closed.`];
    const found = await copy.digest(key);
    return found.size === size && found.sha256 === sha256 ? [] : [`${key} was changed after ${day} was closed.`];
  });
  const known = new Set(chained.map(({ key }) => key));
  const isOpen = openDays(chains, await copy.keys(lateArrivalsPrefix));
  const added = [...present].filter((key) => !known.has(key) && !isOpen(dayOfFile(key))).toSorted();
  return [...changed.flat(), ...added.map((key) => `${key} was added after ${dayOfFile(key)} was closed.`)];
}

const dayOfFile = (key: string) => key.slice(lakeDaysPrefix.length).replace(/\/.*$/s, '');

/** Whether a day may have files without a chain: not yet closed, before the first chain, or with arrivals since the last. */
function openDays(chains: Chain[], lateKeys: string[]): (day: string) => boolean {
  const [first = '', last = ''] = [chains[0]?.day, chains.at(-1)?.day];
  const late = lateKeys
    .map((key) => key.slice(lateArrivalsPrefix.length).split('/dt='))
    .flatMap(([on = '', day = '']) => (on > last ? [day] : []));
  const withArrivals = new Set(late);
  return (day) => day < first || day > last || withArrivals.has(day);
}
