/** How far a caller's clock may be ahead: a later business time is refused. */
export const clockToleranceMs = 5 * 60_000;
