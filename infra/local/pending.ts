/** Pieces of work accepted but not done, by the queue or the part of the engine that has them. */
export type Pending = Record<string, number>;

/** How much there is in all, and where. */
export const pendingIn = (pending: Pending): { pending: number; where: Pending } => {
  const where = Object.entries(pending).filter(([, count]) => count > 0);
  return { pending: where.reduce((sum, [, count]) => sum + count, 0), where: Object.fromEntries(where) };
};
