// Whether an address is one of the public Internet. All others may be this machine, or somebody behind the same firewall: see
// https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.

import { BlockList, isIP } from "node:net";

/** [network, prefix] */
const special4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], // this host and network: RFC 1122 3.2.1.3
  ["10.0.0.0", 8], // RFC 1918
  ["100.64.0.0", 10], // behind a carrier's NAT: RFC 6598
  ["127.0.0.0", 8],
  ["169.254.0.0", 16], // link-local, and the metadata of clouds: RFC 3927
  ["172.16.0.0", 12], // RFC 1918
  ["192.0.0.0", 24], // RFC 6890
  ["192.0.2.0", 24], // documentation: RFC 5737
  ["192.88.99.0", 24], // relays of 6to4: RFC 7526
  ["192.168.0.0", 16], // RFC 1918
  ["198.18.0.0", 15], // benchmarks: RFC 2544
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
];

/** Everything else is not global: loopback, unique local, link-local, site-local, multicast, and what is not assigned. */
const global6: readonly [string, number] = ["2000::", 3];

const special6: readonly (readonly [string, number])[] = [
  ["2001::", 23], // Teredo, benchmarks, ORCHID: RFC 2928
  ["2001:db8::", 32], // documentation: RFC 3849
  ["2002::", 16], // 6to4, which has an IPv4 address in it: RFC 3056
  ["3fff::", 20], // documentation: RFC 9637
];

const [notPublic4, global, notPublic6] = [
  listOf(special4, "ipv4"),
  listOf([global6], "ipv6"),
  listOf(special6, "ipv6"),
];

function listOf(networks: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}

/** False if it is no address, or has a zone: then it is on the local link. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic4.check(address, "ipv4");
    case 6: {
      if (address.includes("%")) return false;
      const inside = embedded4(address);
      if (inside !== undefined) return isPublicAddress(inside);
      return global.check(address, "ipv6") && !notPublic6.check(address, "ipv6");
    }
    default:
      return false;
  }
}

/** The IPv4 address that is meant: `::ffff:192.0.2.1` is the same socket address, 64:ff9b::/96 a translator's (RFC 6052 2.1). */
function embedded4(address: string): string | undefined {
  // As RFC 5952 has it, with the last 32 bits in hexadecimal.
  const plain = new URL(`imap://[${address}]`).hostname;
  const [, ...halves] = /^\[(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(plain) ?? [];
  if (halves.length === 0) return undefined;
  return halves
    .map((half) => parseInt(half, 16))
    .flatMap((part) => [part >> 8, part & 0xff])
    .join(".");
}
