import assert from 'node:assert';
import { createHash } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { inParallel } from '../../../shared/in-parallel.ts';
import { putIfUnchanged } from '../../../shared/s3/objects-client.ts';
import { type Chain, type ChainedFile, chainKey, chainsPrefix, dayOfChain, parseChain, textOf } from './audit-chain.ts';

const maxParallelDownloads = 16;

/** The chains of closed days, beside the lake files. None is changed or deleted. */
export const createChainStore = (s3: S3Client, bucket: string) => {
  async function bodyOf(key: string) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    assert(Body, `${key} has no body`);
    return Body;
  }

  async function digest(key: string): Promise<ChainedFile> {
    const sha256 = createHash('sha256');
    let size = 0;
    const chunks: AsyncIterable<Uint8Array> = (await bodyOf(key)).transformToWebStream();
    for await (const chunk of chunks) {
      size += chunk.length;
      sha256.update(chunk);
    }
    return { key, size, sha256: sha256.digest('hex') };
  }

  return {
    /** The closed days, in order. */
    closedDays: async (): Promise<string[]> => {
      const days: string[] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: chainsPrefix, ContinuationToken: token }),
        );
        days.push(...(page.Contents ?? []).flatMap(({ Key = '' }) => dayOfChain(Key) ?? []));
        token = page.NextContinuationToken;
      } while (token);
      return days;
    },

    /** Throws if the chain does not exist or was changed. */
    read: async (day: string): Promise<Chain> => {
      const chain = parseChain(day, await (await bodyOf(chainKey(day))).transformToString());
      assert(chain, `${chainKey(day)} was changed: restore the first version of the object`);
      return chain;
    },

    /** Size and SHA-256 of the stored bytes of lake files, which are not held in memory. */
    digests: (keys: readonly string[]): Promise<ChainedFile[]> => inParallel(maxParallelDownloads, keys, digest),

    /** Writes the chain of a day once. */
    async close(chain: Chain): Promise<'done' | 'already-done'> {
      const content = { Body: textOf(chain), ContentType: 'application/json' };
      const written = await putIfUnchanged(s3, { Bucket: bucket, Key: chainKey(chain.day), ...content }, undefined);
      return written === 'done' ? 'done' : 'already-done';
    },
  };
};

export type ChainStore = ReturnType<typeof createChainStore>;
