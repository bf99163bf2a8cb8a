// Which hash function a certificate was signed with: Node.js 20 does not say.

/** By the octets of their object identifiers, in hexadecimal; of those that have one hash function. */
const signatures: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "md5",
  "2a864886f70d010105": "sha1",
  "2a864886f70d01010e": "sha224",
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a864886f70d01010f": "sha512-224",
  "2a864886f70d010110": "sha512-256",
  "2a8648ce3d0401": "sha1",
  "2a8648ce3d040301": "sha224",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
  "2a8648ce380403": "sha1",
  "60864801650304030a": "sha3-256",
  "60864801650304030b": "sha3-384",
  "60864801650304030c": "sha3-512",
  "60864801650304030e": "sha3-256",
  "60864801650304030f": "sha3-384",
  "608648016503040310": "sha3-512",
};

const rsaPss = "2a864886f70d01010a";

const hashes: Readonly<Record<string, string>> = {
  "2b0e03021a": "sha1",
  "608648016503040204": "sha224",
  "608648016503040201": "sha256",
  "608648016503040202": "sha384",
  "608648016503040203": "sha512",
};

/**
 * As Node.js names it; undefined for a signature without a hash function of its own (Ed25519), and for one that we do not
 * know. `certificate` is in DER (RFC 5280 4.1).
 */
export function signatureHash(certificate: Uint8Array): string | undefined {
  const [, algorithm] = children(certificate, outermost(certificate));
  const [identifier, parameters] = algorithm === undefined ? [] : children(certificate, algorithm);
  if (identifier === undefined) return undefined;
  const name = hexOf(certificate, identifier);
  return name === rsaPss ? pssHash(certificate, parameters) : signatures[name];
}

/** RFC 4055 3.1: the first of the parameters, which has the tag [0], or SHA-1. */
function pssHash(der: Uint8Array, parameters: Element | undefined): string | undefined {
  const [explicit] = parameters === undefined ? [] : children(der, parameters);
  if (explicit?.tag !== 0xa0) return "sha1";
  const [algorithm] = children(der, explicit);
  const [identifier] = algorithm === undefined ? [] : children(der, algorithm);
  return identifier === undefined ? undefined : hashes[hexOf(der, identifier)];
}

interface Element {
  readonly tag: number;
  /** Where its contents begin, and where they end. */
  readonly start: number;
  readonly end: number;
}

function outermost(der: Uint8Array): Element {
  return elementAt(der, 0) ?? { tag: 0, start: 0, end: 0 };
}

function children(der: Uint8Array, { start, end }: Element): readonly Element[] {
  const found: Element[] = [];
  for (let at = start; at < end;) {
    const element = elementAt(der, at);
    if (element === undefined) break;
    found.push(element);
    at = element.end;
  }
  return found;
}

/** X.690 8.1; tags of one octet, definite lengths of up to four. Undefined beyond the end. */
function elementAt(der: Uint8Array, at: number): Element | undefined {
  const [tag, first] = [der[at], der[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  const count = first < 0x80 ? 0 : first - 0x80;
  let length = count === 0 ? first : 0;
  if (count > 4) return undefined;
  for (let index = 0; index < count; index++) length = length * 256 + (der[at + 2 + index] ?? 0);
  const start = at + 2 + count;
  return start + length > der.length ? undefined : { tag, start, end: start + length };
}

function hexOf(der: Uint8Array, { start, end }: Element): string {
  return Buffer.from(der.subarray(start, end)).toString("hex");
}
