/** Coalesces concurrent calls with the same key into one call of `load`. */
export const coalesce = <T>(load: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const pending = new Map<string, Promise<T>>();
  return (key) => {
    const result = pending.get(key) ?? load(key).finally(() => pending.delete(key));
    pending.set(key, result);
    return result;
  };
};
