/** How far a caller's clock may be ahead: what is told to have happened later than that has not happened. */
export const clockToleranceMs = 5 * 60_000;
