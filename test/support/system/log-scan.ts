import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Texts that only personal data of the tests have: the buyers' addresses, names and e-mail addresses. */
const personal = /[\w.+-]+@(?:example|mailinator)\.com|Ada Lovelace|Regent Street|N1 9GU/;

/** The lines in the logs of functions that have personal data, with the name of their function. */
export function personalLines(stateDirectory: string): string[] {
  const directory = join(stateDirectory, 'logs');
  if (!existsSync(directory)) return [];
  return globSync('*.log', { cwd: directory }).flatMap((file) =>
    readFileSync(join(directory, file), 'utf8')
      .split('\n')
      .filter((line) => personal.test(line))
      .map((line) => `${file}: ${line.slice(0, 500)}`),
  );
}
