import { BlockList, isIP } from 'node:net';

/** Everything in IPv4 that is not the public internet. Source: IANA special-purpose address registry. */
const notPublicV4 = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  notPublicV4.addSubnet(net, bits, 'ipv4');
}
/** Public IPv6 is 2000::/3, less what is not routed and what wraps an IPv4 address (Teredo, 6to4). */
const publicV6 = new BlockList();
publicV6.addSubnet('2000::', 3, 'ipv6');
const notPublicV6 = new BlockList();
notPublicV6.addSubnet('2001::', 23, 'ipv6');
notPublicV6.addSubnet('2001:db8::', 32, 'ipv6');
notPublicV6.addSubnet('2002::', 16, 'ipv6');
notPublicV6.addSubnet('3fff::', 20, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether we may connect to this IP address: public ones, and this machine's own where `isLoopbackAllowed`. */
export function isReachable(address: string, isLoopbackAllowed: boolean): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (isLoopbackAllowed && loopback.check(address, family)) return true;
  if (version === 4) return !notPublicV4.check(address, 'ipv4');
  return publicV6.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6');
}

/** The IP address in a URL's host, if it is one and no name. */
export const literalAddress = ({ hostname }: URL): string | undefined => {
  const address = hostname.replaceAll(/^\[|\]$/g, '');
  return isIP(address) === 0 ? undefined : address;
};

/** Why an endpoint cannot have this URL, as a sentence. Names are resolved, and checked again, when we connect. */
export function refusalOf(text: string, isLoopbackAllowed: boolean): string | undefined {
  const url = new URL(text);
  const address = literalAddress(url);
  const isLocal = url.hostname === 'localhost' || (address !== undefined && loopback.check(address, familyOf(address)));
  if (isLocal && isLoopbackAllowed) return undefined;
  if (url.protocol !== 'https:') return 'An endpoint is called over https.';
  if (isLocal || (address !== undefined && !isReachable(address, false))) return 'An endpoint has a public address.';
  return undefined;
}

const familyOf = (address: string) => (isIP(address) === 4 ? 'ipv4' : 'ipv6');
