import { contentHash } from '../../shared/ids.ts';
import type { SettingVersion } from '../../shared/settings/setting-item.ts';

export type Decision =
  | { kind: 'changed'; next: SettingVersion }
  | { kind: 'unchanged' }
  | { kind: 'precondition-required' }
  | { kind: 'precondition-failed' };

/** A document that a person wants, the person, the time and the source address. */
export type WantedSetting = Omit<SettingVersion, 'version'>;
/** Version 0 are the settings of the deployment, in force until staff set a document. */
export type SettingInForce = Pick<SettingVersion, 'version' | 'content'>;

/** Strong entity tag (RFC 9110): every version has another one. */
export const etagOf = ({ version }: Pick<SettingInForce, 'version'>) => `"${version}"`;

/**
 * Decides on a new document. A change needs `If-Match`, except the first one. The content in force is no change whatever
 * `If-Match` says, because the caller may repeat a request whose response was lost (RFC 9110, 13.1.1).
 */
export function decide(wanted: WantedSetting, current: SettingInForce, ifMatch: string | undefined): Decision {
  const isFirst = current.version === 0;
  if (!isFirst && contentHash(wanted.content) === contentHash(current.content)) return { kind: 'unchanged' };
  if (!isFirst && ifMatch === undefined) return { kind: 'precondition-required' };
  const tags = ifMatch?.split(',').map((tag) => tag.trim());
  if (tags && !tags.includes('*') && !tags.includes(etagOf(current))) return { kind: 'precondition-failed' };
  return { kind: 'changed', next: { ...wanted, version: current.version + 1 } };
}
