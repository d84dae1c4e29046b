import { BlockList, isIP } from 'node:net';

type Network = readonly [address: string, prefix: number, name: string];

/**
 * All rows of IANA's IPv4 Special-Purpose Address Registry, as of 2026-07-18
 * (https://www.iana.org/assignments/iana-ipv4-special-registry). Rows within another row are
 * omitted; the test has each.
 */
const specialIpv4: readonly Network[] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private use'],
  ['100.64.0.0', 10, 'shared address space'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link local: also the metadata service of clouds'],
  ['172.16.0.0', 12, 'private use'],
  ['192.0.0.0', 24, 'IETF protocol assignments'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.31.196.0', 24, 'AS112-v4'],
  ['192.52.193.0', 24, 'AMT'],
  ['192.88.99.0', 24, '6to4 relay anycast, deprecated'],
  ['192.168.0.0', 16, 'private use'],
  ['192.175.48.0', 24, 'direct delegation AS112 service'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['240.0.0.0', 4, 'reserved, formerly class E, with the limited broadcast address'],
];

/**
 * All rows of IANA's IPv6 Special-Purpose Address Registry, updated 2025-10-09, as of 2026-07-18
 * (https://www.iana.org/assignments/iana-ipv6-special-registry). Networks that embed IPv4 addresses
 * are closed whole, because a translator's target is not visible from here.
 */
const specialIpv6: readonly Network[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['::ffff:0:0', 96, 'IPv4-mapped'],
  ['64:ff9b::', 96, 'IPv4-IPv6 translation (NAT64)'],
  ['64:ff9b:1::', 48, 'IPv4-IPv6 translation of local use'],
  ['100::', 64, 'discard only'],
  ['100:0:0:1::', 64, 'dummy prefix'],
  ['2001::', 23, 'IETF protocol assignments: Teredo, benchmarking, AMT, AS112-v6, ORCHID, drone ids'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['2620:4f:8000::', 48, 'direct delegation AS112 service'],
  ['3fff::', 20, 'documentation'],
  ['5f00::', 16, 'segment routing (SRv6)'],
  ['fc00::', 7, 'unique local'],
  ['fe80::', 10, 'link local'],
];

/**
 * Networks of other registries without public receivers: multicast, and forms that RFC 4291 and RFC
 * 3879 deprecate.
 */
const otherIpv4: readonly Network[] = [['224.0.0.0', 4, 'multicast']];
const otherIpv6: readonly Network[] = [
  ['::', 96, 'IPv4-compatible'],
  ['fec0::', 10, 'site local'],
  ['ff00::', 8, 'multicast'],
];

function blockList(networks: readonly Network[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, family);
  return list;
}

/** One list for each family, because Node matches every IPv4 address with `::ffff:0:0/96`. */
const closedIpv4 = blockList([...specialIpv4, ...otherIpv4], 'ipv4');
const closedIpv6 = blockList([...specialIpv6, ...otherIpv6], 'ipv6');

/**
 * Returns whether a URL's host is a private address. A host name is checked when it is resolved.
 */
export function namesPrivateAddress({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && isPrivateAddress(host);
}

/**
 * Returns whether an address is in a network that calls may not reach. True also for text that is
 * no address, or has a zone.
 */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return true;
  return family === 6 ? closedIpv6.check(address, 'ipv6') : closedIpv4.check(address, 'ipv4');
}
