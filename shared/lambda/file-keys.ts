import { createHash } from 'node:crypto';

/** Limit of S3 for a key. */
const maxKeyBytes = 1024;
const results = 'results/';
/** Results of files that are not `<folder>/<name>.csv`. */
const otherResults = `${results}_/`;

/** The name of a file in the folder, with its extension. */
const nameIn = (folder: string, key: string) =>
  key.startsWith(`${folder}/`) ? key.slice(folder.length + 1) : undefined;
const hasExtension = (name: string) => /[^]\.csv$/i.test(name);

/**
 * The key of a file's results, without `.csv` and `.json`. No two files share it:
 * `<folder>/<name>.csv` has `results/<name>`, `<folder>/<name>.CSV` has `results/<name>.CSV`, and another key has
 * `results/_/<key>`. A key that would be too long for S3 has its hash.
 */
export function resultKeyOf(folder: string, key: string): string {
  const name = nameIn(folder, key) ?? '';
  const stem = name.slice(0, -'.csv'.length);
  const isStandard = name.endsWith('.csv') && hasExtension(name) && !hasOtherCase(stem);
  const isFree = !name.startsWith('_/');
  let result = `${otherResults}${key}`;
  if (isFree && isStandard) result = `${results}${stem}`;
  else if (isFree && hasOtherCase(name)) result = `${results}${name}`;
  const isTooLong = Buffer.byteLength(`${result}.json`) > maxKeyBytes;
  return isTooLong || key.startsWith('sha256-')
    ? `${otherResults}sha256-${createHash('sha256').update(key).digest('hex')}`
    : result;
}

/** Whether a name ends with `.CSV` or `.Csv`. */
const hasOtherCase = (name: string) => hasExtension(name) && !name.endsWith('.csv');

/** Why a file is not read, by its key; undefined if it is read. */
export function misplacement(folder: string, key: string): string | undefined {
  const name = nameIn(folder, key);
  const advice = `upload it as ${folder}/<name>.csv`;
  if (name === undefined) return `The file is not in the folder ${folder}/; ${advice}`;
  return hasExtension(name) ? undefined : `The name of the file does not end with .csv; ${advice}`;
}

/** Whether an object is no file of a user: a result, an export, or the empty object by which the S3 console shows a folder. */
export const isOwnObject = (key: string, size: number | undefined): boolean =>
  key.startsWith(results) || key.startsWith('exports/') || (key.endsWith('/') && size === 0);
