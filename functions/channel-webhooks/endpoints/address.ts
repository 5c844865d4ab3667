import ipaddr from 'ipaddr.js';

// ipaddr.js also calls unassigned IPv6 space outside 2000::/3, and parts of 2001::/23, unicast.
// Source: IANA special-purpose address registries.
const ipv6GlobalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
const ipv6ProtocolAssignments = ipaddr.IPv6.parseCIDR('2001::/23');

/** Parses an IP address; a text of another form, such as a host name or `127.1`, is undefined. */
const parseAddress = (text: string) =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text) ? ipaddr.parse(text) : undefined;

const isLoopback = (address: string): boolean => parseAddress(address)?.range() === 'loopback';

/** Whether an IP address is on the public internet: no private, link-local, reserved or IPv4-embedding address. */
function isPublic(text: string): boolean {
  const address = parseAddress(text);
  if (address?.range() !== 'unicast') return false;
  if (address instanceof ipaddr.IPv4) return true;
  return address.match(ipv6GlobalUnicast) && !address.match(ipv6ProtocolAssignments);
}

/** Whether webhooks may be sent to this IP address: a public one, or a loopback one if `isLoopbackAllowed`. */
export const isReachable = (address: string, isLoopbackAllowed: boolean): boolean =>
  isPublic(address) || (isLoopbackAllowed && isLoopback(address));

/** The IP address in a URL's host; undefined if the host is a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const address = hostname.replaceAll(/^\[|\]$/g, '');
  return parseAddress(address) && address;
}

/** Whether the host of a URL is this machine. Only the local engine allows such endpoints. */
function isLocal(url: URL): boolean {
  const address = literalAddress(url);
  return url.hostname === 'localhost' || (address !== undefined && isLoopback(address));
}

/** Which endpoints have to echo a challenge: those at public addresses, which on AWS are all, or also local ones. */
export type Challenged = 'public' | 'all';

export const isChallenged = (url: string, challenged: Challenged): boolean =>
  challenged === 'all' || !isLocal(new URL(url));

/** Why an endpoint cannot have this URL, as a sentence. The address of a host name is checked when connecting. */
export function urlRefusal(text: string, isLoopbackAllowed: boolean): string | undefined {
  const url = new URL(text);
  const address = literalAddress(url);
  if (isLocal(url) && isLoopbackAllowed) return undefined;
  if (url.protocol !== 'https:') return 'The URL of an endpoint must use https.';
  if (isLocal(url) || (address !== undefined && !isPublic(address))) return 'An endpoint must have a public address.';
  return undefined;
}
