// A certification authority for tests: certificates for servers and clients, good ones and bad ones.

import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchDirectory } from "./scratch.ts";

export interface IssueOptions {
  /** Default: `/CN=` and the name of the file. */
  readonly subject?: string;
  /** Alternative names as OpenSSL has them: `DNS:localhost,IP:127.0.0.1`. */
  readonly altNames?: string;
  /** Arguments of `openssl req` that say which key: P-256 unless told. */
  readonly newKey?: readonly string[];
  /** Days from today on which it begins and ends to be valid: today and in two days unless told. */
  readonly validDays?: readonly [from: number, to: number];
  /** Default: sha256. */
  readonly digest?: string;
  /** More lines of extensions, such as `extendedKeyUsage=clientAuth`. */
  readonly extensions?: readonly string[];
  /** More arguments of `openssl ca`, such as `-utf8`. */
  readonly args?: readonly string[];
  /** Who signs it; the authority itself unless told. */
  readonly issuer?: Issued;
  /** With the key of this one. */
  readonly keyOf?: Issued;
}

export interface Issued {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
  readonly x509: X509Certificate;
  /** As SSL_fingerprint has it: `sha256$…`. */
  readonly pin: string;
}

export interface Authority extends Issued {
  readonly directory: string;
  /** File names are made of `name`, which must not be used twice. */
  readonly issue: (name: string, options?: IssueOptions) => Issued;
  /** By itself. */
  readonly selfSign: (name: string, options?: Omit<IssueOptions, "issuer">) => Issued;
}

export const p256 = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] as const;

export const localNames = "DNS:localhost,IP:127.0.0.1";

const config = `
[ca]
default_ca = it
[it]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
[anything]
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional
[req]
distinguished_name = none
[none]
`;

export function makeAuthority(name = "Test authority"): Authority {
  const directory = scratchDirectory("authority");
  const path = (file: string): string => join(directory, file);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  writeFileSync(path("config"), config);
  writeFileSync(path("index.txt"), "");

  const make = (file: string, options: IssueOptions, by: "itself" | "issuer"): Issued => {
    const { subject = `/CN=${file}`, altNames, newKey = p256, validDays = [0, 2], digest = "sha256" } = options;
    const { extensions = [], args = [], issuer = authority, keyOf } = options;
    const keyFile = keyOf?.keyFile ?? path(`${file}.key`);
    const key = keyOf === undefined ? ["-newkey", ...newKey, "-nodes", "-keyout", keyFile] : ["-new", "-key", keyFile];
    openssl("req", "-config", "config", ...key, "-out", `${file}.csr`, "-subj", "/CN=request");
    const lines = [...(altNames === undefined ? [] : [`subjectAltName=${altNames}`]), ...extensions];
    writeFileSync(path("extensions"), `${lines.join("\n")}\n`);
    const [from, to] = validDays.map(opensslTime) as [string, string];
    const signer =
      by === "itself" || issuer === undefined
        ? ["-selfsign", "-keyfile", keyFile]
        : ["-cert", issuer.certFile, "-keyfile", issuer.keyFile];
    const what = ["-in", `${file}.csr`, "-out", `${file}.pem`, "-subj", subject, "-extfile", "extensions"];
    const when = ["-startdate", from, "-enddate", to];
    openssl("ca", "-batch", "-notext", "-config", "config", ...signer, ...what, ...when, "-md", digest, ...args);
    return issued(path(`${file}.pem`), keyFile);
  };

  let authority: Issued | undefined = undefined;
  authority = make(
    "ca",
    { subject: `/CN=${name}`, validDays: [-400, 30], extensions: ["basicConstraints=critical,CA:TRUE"] },
    "itself",
  );
  return {
    ...authority,
    directory,
    issue: (file, options = {}) => make(file, options, "issuer"),
    selfSign: (file, options = {}) => make(file, options, "itself"),
  };
}

/** `keyFile` may not be there. */
function issued(certFile: string, keyFile: string): Issued {
  const cert = readFileSync(certFile, "utf8");
  const x509 = new X509Certificate(cert);
  const spki = x509.publicKey.export({ type: "spki", format: "der" });
  const pin = `sha256$${createHash("sha256").update(spki).digest("hex")}`;
  return { certFile, keyFile, cert, key: readFileSync(keyFile, "utf8"), x509, pin };
}

/** Generalized time, to the second. */
function opensslTime(days: number): string {
  const time = new Date(Date.now() + days * 86_400_000 - 60_000).toISOString();
  return `${time.replace(/\.\d+|[-:T]/g, "")}`;
}
