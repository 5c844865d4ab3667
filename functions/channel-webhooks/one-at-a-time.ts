/** The same question, asked again while it is being answered, gets that answer. */
export const oneAtATime = <T>(ask: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
  const pending = new Map<string, Promise<T>>();
  return (key) => {
    const answer = pending.get(key) ?? ask(key).finally(() => pending.delete(key));
    pending.set(key, answer);
    return answer;
  };
};
