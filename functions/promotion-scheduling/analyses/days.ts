const dayMs = 86_400_000;
const utc = (day: string) => Date.parse(`${day}T00:00:00Z`);

/** Number of the business days from `from` to `to`, both included; 0 or less if `to` is earlier. */
export const dayCount = (from: string, to: string): number => Math.round((utc(to) - utc(from)) / dayMs) + 1;

/** `count` business days from `from` on. */
export const daysFrom = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => new Date(utc(from) + index * dayMs).toISOString().slice(0, 10));
