import { createCsvFiles } from '../../../shared/csv/csv-files-client.ts';

/** Files of codes in S3. */
export function createCodeFiles(Bucket: string) {
  const { connect, put } = createCsvFiles(Bucket);

  return {
    put,

    /** A URL by which the file can be read without other credentials, for `seconds`. Signing makes no request. */
    async signedUrl(Key: string, seconds: number): Promise<string> {
      const [{ GetObjectCommand }, { getSignedUrl }] = await Promise.all([
        import('@aws-sdk/client-s3'),
        import('@aws-sdk/s3-request-presigner'),
      ]);
      const ResponseContentDisposition = `attachment; filename="${Key.slice(Key.lastIndexOf('/') + 1)}"`;
      const command = new GetObjectCommand({ Bucket, Key, ResponseContentDisposition });
      return getSignedUrl(await connect(), command, { expiresIn: seconds });
    },
  };
}
export type CodeFiles = ReturnType<typeof createCodeFiles>;
