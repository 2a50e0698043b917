import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Published by a cloud as its own, though the number looks like anybody's: Azure's host of machine data. */
const clouds = new Set(['168.63.129.16']);
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether a network address is somewhere on the public internet (IANA special-purpose registries): not private, loopback, link-local,
 * carrier-grade NAT, multicast, reserved, a wrapping of an IPv4 address, or a cloud's machine data. What is no address is not public.
 */
export function isPublicAddress(address: string): boolean {
  const [bare = ''] = address.split('%');
  if (!isIP(bare)) return false;
  const parsed = ipaddr.parse(bare);
  if (parsed instanceof ipaddr.IPv4) return parsed.range() === 'unicast' && !clouds.has(parsed.toString());
  if (!(parsed instanceof ipaddr.IPv6)) return false;
  // In a network that speaks only IPv6, the name server wraps every IPv4 address in this prefix: what is inside counts.
  if (parsed.match(nat64)) return isPublicAddress(parsed.toByteArray().slice(12).join('.'));
  return parsed.range() === 'unicast' && parsed.match(globalUnicast);
}
