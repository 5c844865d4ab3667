import type { S3Client } from '@aws-sdk/client-s3';

/** CSV files in S3. The client is loaded with the first file: most requests of an API need none. */
export function createCsvFiles(Bucket: string) {
  let client: Promise<S3Client> | undefined;
  const load = async () => {
    const { S3Client } = await import('@aws-sdk/client-s3');
    return new S3Client();
  };
  const connect = () => (client ??= load());

  return {
    connect,

    put: async (Key: string, Body: string): Promise<void> => {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      const ContentType = 'text/csv; charset=utf-8';
      await (await connect()).send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
    },
  };
}
