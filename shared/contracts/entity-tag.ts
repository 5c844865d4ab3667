/** Strong entity tag (RFC 9110): every change of the content changes it, also one back to earlier content. */
export const etagOf = ({ version, contentHash }: { version: number; contentHash: string }) =>
  `"${version}-${contentHash.slice(0, 12)}"`;

/** Whether an If-Match header (RFC 9110) permits a change of `current`. Without a header, every change is permitted. */
export function isPermitted(
  ifMatch: string | undefined,
  current: { version: number; contentHash: string } | undefined,
): boolean {
  if (ifMatch === undefined) return true;
  if (!current) return false;
  const tags = new Set(ifMatch.split(',').map((tag) => tag.trim()));
  return tags.has('*') || tags.has(etagOf(current));
}
