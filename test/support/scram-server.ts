// The server's part of SCRAM (RFC 5802 3), written from the RFC and not from our client: what tests take for right.

import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

export interface ScramServerOptions {
  readonly hash: "sha1" | "sha256";
  /** As SASLprep leaves it. */
  readonly password: string;
  readonly salt?: Buffer;
  readonly iterations?: number;
  /** Added to the client's nonce. */
  readonly nonce?: string;
  /** The server's end of the TLS connection; undefined: it cannot bind. */
  readonly channel?: { readonly type: string; readonly data: Buffer };
  /** It has announced that it can bind. */
  readonly announces?: boolean;
}

export interface ScramServer {
  /** What it heard. */
  readonly username: string | undefined;
  readonly authzid: string | undefined;
  /** From the client's first message to the server's. */
  first(message: string): string;
  /** From the client's final message to the server's: `v=` or `e=`. */
  final(message: string): string;
}

export function scramServer(options: ScramServerOptions): ScramServer {
  const { hash, password, channel, iterations = 4096, salt = randomBytes(16) } = options;
  const { nonce = randomBytes(9).toString("base64"), announces = channel !== undefined } = options;
  const mac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  let header = "";
  let bare = "";
  let reply = "";
  let refusal: string | undefined;
  const names: { username?: string; authzid?: string } = {};

  return {
    get username() {
      return names.username;
    },
    get authzid() {
      return names.authzid;
    },
    first: (message) => {
      const [, flag = "", authzid = "", rest = ""] = /^([^,]*),(?:a=([^,]*))?,(.*)$/s.exec(message) ?? [];
      const [, user = "", clientNonce = ""] = /^n=([^,]*),r=([^,]+)$/.exec(rest) ?? [];
      if (flag === "y" && announces) refusal = "server-does-support-channel-binding";
      if (flag.startsWith("p=") && flag !== `p=${channel?.type ?? ""}`) refusal = "unsupported-channel-binding-type";
      header = message.slice(0, message.length - rest.length);
      bare = rest;
      names.username = unescaped(user);
      if (authzid !== "") names.authzid = unescaped(authzid);
      reply = `r=${clientNonce}${nonce},s=${salt.toString("base64")},i=${String(iterations)}`;
      return reply;
    },
    final: (message) => {
      if (refusal !== undefined) return `e=${refusal}`;
      const [, withoutProof = "", bound = "", proofText = ""] = /^(c=([^,]*),r=[^,]*),p=(.*)$/s.exec(message) ?? [];
      const data = header.startsWith("p=") ? channel!.data : Buffer.alloc(0);
      if (bound !== Buffer.concat([Buffer.from(header), data]).toString("base64"))
        return "e=channel-bindings-dont-match";
      const salted = pbkdf2Sync(password, salt, iterations, hash === "sha1" ? 20 : 32, hash);
      const dialogue = `${bare},${reply},${withoutProof}`;
      const storedKey = createHash(hash).update(mac(salted, "Client Key")).digest();
      const signature = mac(storedKey, dialogue);
      const proof = Buffer.from(proofText, "base64");
      const clientKey = Buffer.from(signature.map((octet, i) => octet ^ (proof[i] ?? 0)));
      if (!createHash(hash).update(clientKey).digest().equals(storedKey)) return "e=invalid-proof";
      return `v=${mac(mac(salted, "Server Key"), dialogue).toString("base64")}`;
    },
  };
}

function unescaped(name: string): string {
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
