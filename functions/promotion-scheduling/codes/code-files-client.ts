import type { S3Client } from '@aws-sdk/client-s3';

/** Files of codes in S3. The clients are loaded with the first file: most requests of the API need none. */
export function createCodeFiles(Bucket: string) {
  let client: Promise<S3Client> | undefined;
  const connect = async () => {
    const { S3Client } = await import('@aws-sdk/client-s3');
    return new S3Client();
  };

  return {
    async put(Key: string, Body: string): Promise<void> {
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      const ContentType = 'text/csv; charset=utf-8';
      await (await (client ??= connect())).send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
    },

    /** A URL by which the file can be read without other credentials, for `seconds`. Signing makes no request. */
    async signedUrl(Key: string, seconds: number): Promise<string> {
      const [{ GetObjectCommand }, { getSignedUrl }] = await Promise.all([
        import('@aws-sdk/client-s3'),
        import('@aws-sdk/s3-request-presigner'),
      ]);
      const ResponseContentDisposition = `attachment; filename="${Key.slice(Key.lastIndexOf('/') + 1)}"`;
      const command = new GetObjectCommand({ Bucket, Key, ResponseContentDisposition });
      return getSignedUrl(await (client ??= connect()), command, { expiresIn: seconds });
    },
  };
}
export type CodeFiles = ReturnType<typeof createCodeFiles>;
