/** Returns a function that reads the key of signed quotes. The client is loaded with the first one: most orders have none. */
export function quoteKeyReader(secretId: string): () => Promise<string> {
  let read: Promise<() => Promise<string>> | undefined;
  const load = async () => {
    const { secretReader } = await import('../secret-store.ts');
    return secretReader(secretId);
  };
  return async () => (await (read ??= load()))();
}
