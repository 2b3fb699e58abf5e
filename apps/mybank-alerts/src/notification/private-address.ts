/**
 * Addresses that a user's webhook must not reach: this machine, its networks, and whatever is not one host of the public Internet.
 * A name is looked up when the connection is made and every address that it has is checked then, so that it cannot be another one
 * afterwards.
 *
 * Source: IANA's special-purpose address registries (RFC 6890).
 */
import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { DeliveryError } from './delivery-error.ts';

const special = new BlockList();
for (const [network, prefix] of [
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
] as const)
  special.addSubnet(network, prefix, 'ipv4');

/** Of IPv6 only global unicast is public, and of that not what wraps an IPv4 address or is documentation. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  special.addSubnet(network, prefix, 'ipv6');

/** Whether an IP address is none of one public host. */
export function isPrivateAddress(address: string): boolean {
  if (isIP(address) === 4) return special.check(address, 'ipv4');
  return special.check(address, 'ipv6') || !globalUnicast.check(address, 'ipv6');
}

/** @throws DeliveryError for a host that is a private address itself; names are checked by `lookupPublic`. */
export function assertPublicHost(host: string): void {
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && isPrivateAddress(address)) throw privateAddress(host, address);
}

/** Looks a name up for a connection, and fails when any of its addresses is private. */
export const lookupPublic: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    const found = addresses as readonly LookupAddress[] | undefined;
    const wrong = found?.find(({ address }) => isPrivateAddress(address));
    const failure = error ?? (wrong ? privateAddress(host, wrong.address) : null);
    if (failure || !found) callback(failure, []);
    else if (options.all) callback(null, [...found]);
    else callback(null, found[0]!.address, found[0]!.family);
  });
};

const privateAddress = (host: string, address: string): DeliveryError =>
  new DeliveryError(`${host} is at ${address}, which is a private address`, false);
