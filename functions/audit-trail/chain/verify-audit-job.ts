import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createFolderStore } from './folder-store.ts';
import { verify } from './verify.ts';

const usage = `Usage: npm run verify-audit -- <folder> [--hash <hash>]
  <folder>  a new copy of the lake bucket: aws s3 sync s3://<lake bucket> <empty folder>
  --hash    the hash that an earlier run printed\n`;
const maxPrinted = 20;

const { values, positionals } = argumentsOf();
const [folder] = positionals;
if (folder === undefined || positionals.length > 1) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  const { problems, days, files, last } = await verify(createFolderStore(resolve(folder)), values.hash);
  for (const problem of problems.slice(0, maxPrinted)) process.stderr.write(`${problem}\n`);
  if (problems.length > maxPrinted) process.stderr.write(`… and ${problems.length - maxPrinted} more\n`);
  if (problems.length > 0) process.exitCode = 1;
  else process.stdout.write(`${days} days, ${files} files: unchanged\n`);
  if (last && problems.length === 0) {
    process.stdout.write(`Keep the hash of ${last.day} outside of the account, for the next --hash:\n${last.hash}\n`);
  }
}

/** Without a folder, so that the usage is printed, for an option that the command does not have. */
function argumentsOf() {
  try {
    return parseArgs({ allowPositionals: true, options: { hash: { type: 'string' } } });
  } catch (error) {
    if (error instanceof TypeError) return { values: { hash: undefined }, positionals: [] };
    throw error;
  }
}
