import { GetObjectCommand, type S3Client, NoSuchKey, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, vi } from 'vitest';
import { exampleOf, type JsonDocument, type Schema } from './examples.ts';
import { schemasOf } from './schemas.ts';

type Reference = { $ref: string };
type Channel = {
  address: string;
  servers: Reference[];
  messages: Record<string, { contentType: string; payload: Schema }>;
};
export type AsyncApi = JsonDocument & {
  channels: Record<string, Channel>;
  operations: Record<string, { action: string; channel: Reference; reply?: { channel: Reference } }>;
};

const lastPart = ({ $ref }: Reference) => $ref.slice($ref.lastIndexOf('/') + 1);
const keyOf = (address: string, parameters: Record<string, string>) =>
  address.replaceAll(/\{(\w+)\}/g, (whole, name: string) => parameters[name] ?? whole);

/** Files as the AsyncAPI document describes them. `bucketOf` returns the value of a stack output. */
export function documentedFiles(document: AsyncApi, s3: S3Client, bucketOf: (output: string) => string) {
  const { faultsOf } = schemasOf(document);
  const channelOf = (name: string) => {
    const channel = document.channels[name];
    const [server] = channel?.servers ?? [];
    const [messageName = '', message] = Object.entries(channel?.messages ?? {})[0] ?? [];
    if (!channel || !server || !message) throw new Error(`The document has no file ${name}`);
    const payloadAt = ['channels', name, 'messages', messageName, 'payload'];
    return { ...channel, bucket: bucketOf(lastPart(server)), payload: message.payload, payloadAt };
  };
  const read = async (Bucket: string, Key: string) => {
    try {
      return await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  };
  const columnsOf = (name: string) => Object.keys(channelOf(name).payload.properties ?? {});

  return {
    columnsOf,
    /** A row with the examples of the required columns. */
    rowOf: (name: string) => exampleOf(document, channelOf(name).payload) as Record<string, string>,
    /** The text of a file of the store. */
    textOf: async (name: string, parameters: Record<string, string>) => {
      const { bucket, address } = channelOf(name);
      return (await read(bucket, keyOf(address, parameters))) ?? '';
    },
    /** Uploads a CSV file and returns its summary, once the store has written it. */
    upload: async (operation: string, parameters: Record<string, string>, text: string) => {
      const { channel, reply } = document.operations[operation] ?? {};
      if (!channel || !reply) throw new Error(`The document has no upload ${operation}`);
      const target = channelOf(lastPart(channel));
      const Key = keyOf(target.address, parameters);
      await s3.send(new PutObjectCommand({ Bucket: target.bucket, Key, Body: text }));
      const replyName = lastPart(reply.channel);
      const { bucket, address, payloadAt } = channelOf(replyName);
      const summary = await vi.waitFor(
        async () => JSON.parse((await read(bucket, keyOf(address, parameters))) ?? '') as Record<string, unknown>,
        { timeout: 50_000, interval: 50 },
      );
      expect(faultsOf(summary, ...payloadAt)).toEqual([]);
      return summary;
    },
  };
}
