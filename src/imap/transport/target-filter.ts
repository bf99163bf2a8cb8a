// Where connections may go, for who connects on behalf of strangers.

import { InterimapError } from "../../model/errors.ts";

export interface TargetFilter {
  /** Of an address as it is connected to: IPv4 or IPv6, no name. */
  readonly allowsAddress: (address: string) => boolean;
  readonly allowsPort: (port: number) => boolean;
}

/** @throws InterimapError CONNECT, which does not say what the addresses are: that is nobody else's business. */
export function allowedAddresses(
  addresses: readonly string[],
  host: string,
  targets: TargetFilter | undefined,
): readonly string[] {
  if (targets === undefined) return addresses;
  const allowed = addresses.filter((address) => targets.allowsAddress(address));
  if (allowed.length === 0 && addresses.length > 0)
    throw new InterimapError("CONNECT", `${host} is not an address that this service may connect to`);
  return allowed;
}

/** @throws InterimapError CONNECT */
export function requireAllowedPort(port: number, targets: TargetFilter | undefined): void {
  if (targets?.allowsPort(port) === false)
    throw new InterimapError("CONNECT", `port ${port} is not one that this service may connect to`);
}
