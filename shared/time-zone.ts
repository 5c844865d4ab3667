/** Whether this is the name of an IANA time zone. */
export function isTimeZone(name: string): boolean {
  // Intl also takes offsets, which have no clock changes.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
