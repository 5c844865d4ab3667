import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Copy } from './verify.ts';

/** A copy of the lake bucket in a folder, as `aws s3 sync` writes it. */
export const createFolderStore = (folder: string): Copy => ({
  async keys(prefix) {
    const [top = ''] = prefix.split('/');
    const entries = await entriesOf(join(folder, top));
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
      .filter((key) => key.startsWith(prefix));
  },
  text: (key) => readFile(join(folder, key), 'utf8'),
  async digest(key) {
    const sha256 = createHash('sha256');
    let size = 0;
    const chunks: AsyncIterable<Buffer> = createReadStream(join(folder, key));
    for await (const chunk of chunks) {
      size += chunk.length;
      sha256.update(chunk);
    }
    return { size, sha256: sha256.digest('hex') };
  },
});

/** A prefix without objects has no folder. */
async function entriesOf(path: string) {
  try {
    return await readdir(path, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
