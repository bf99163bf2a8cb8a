// The authorities whose certificates are trusted: those of the settings, else of the environment, else of the system.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { InterimapError } from "../../model/errors.ts";
import type { EnvironmentAuthorities, TlsSettings } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { certificatesIn, readPemFile } from "./pem-file.ts";

/**
 * Certificates in PEM, or undefined for those that come with Node.
 * @throws InterimapError CONFIG_INVALID when what was named cannot be read
 */
export async function trustedCertificates(settings: TlsSettings): Promise<readonly string[] | undefined> {
  const { verify, caFile, caPath, environment } = settings;
  if (!verify) return [];
  if (caFile !== undefined || caPath !== undefined) {
    const files = caFile === undefined ? [] : [await read("SSL_CAfile", caFile, () => readPemFile(caFile).text)];
    const hashed = caPath === undefined ? [] : await read("SSL_CApath", caPath, () => readHashDirectory(caPath));
    return [...files, ...hashed];
  }
  if (environment === undefined) return systemCertificates();
  const named = await certificatesNamed(environment);
  const { extraFile } = environment;
  if (extraFile === undefined) return named === undefined ? systemCertificates() : distinct(named);
  const extra = await read("NODE_EXTRA_CA_CERTS", extraFile, () => readSome(extraFile));
  return distinct([...(named ?? (await systemCertificates()) ?? rootCertificates), extra]);
}

/** Where OpenSSL looks and the usual systems keep all of them in one file. */
const systemBundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

async function systemCertificates(): Promise<readonly string[] | undefined> {
  for (const file of systemBundles) {
    const bundle = await readFile(file, "latin1").catch(() => undefined);
    if (bundle !== undefined) return [bundle];
  }
  return undefined;
}

/** Often several variables name the system's certificates, and each takes a moment to load. */
function distinct(files: readonly string[]): readonly string[] {
  return [...new Set(files.flatMap(certificatesIn))];
}

/** Undefined: the environment does not say which authorities, and no others, to trust. */
async function certificatesNamed({
  certFile,
  certDirectories,
}: EnvironmentAuthorities): Promise<readonly string[] | undefined> {
  const files = certFile === undefined ? [] : [await read("SSL_CERT_FILE", certFile, () => readSome(certFile))];
  if (certDirectories.length === 0) return certFile === undefined ? undefined : files;
  const hashed: string[] = [];
  for (const directory of certDirectories)
    hashed.push(...(await read("SSL_CERT_DIR", directory, () => readHashDirectory(directory))));
  const all = [...files, ...hashed];
  // OpenSSL would trust nobody, and say so of the server.
  if (!all.some((text) => certificatesIn(text).length > 0)) {
    const problem = `SSL_CERT_DIR: ${certDirectories.join(":")} has no certificate under a hashed name`;
    throw new InterimapError("CONFIG_INVALID", problem, { hint: "run openssl rehash there, or unset SSL_CERT_DIR" });
  }
  return all;
}

/**
 * "Hash format", see openssl-rehash(1): HHHHHHHH.N; other files and revocation lists (.rN) do not count, nor do links to what
 * is not there any more, which an upgrade leaves behind.
 */
async function readHashDirectory(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => /^[0-9a-f]{8}\.\d+$/i.test(name));
  return names.flatMap((name) => {
    try {
      return [readPemFile(join(directory, name)).text];
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
  });
}

function readSome(path: string): string {
  const { text } = readPemFile(path);
  if (certificatesIn(text).length === 0) throw new Error("it has no certificate in PEM format");
  return text;
}

type Named = "SSL_CAfile" | "SSL_CApath" | "SSL_CERT_FILE" | "SSL_CERT_DIR" | "NODE_EXTRA_CA_CERTS";

async function read<T>(name: Named, path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const isSetting = name === "SSL_CAfile" || name === "SSL_CApath";
    const shown = isSetting ? asSetting(name) : name;
    throw new InterimapError("CONFIG_INVALID", `${shown}: cannot read ${path}: ${reason}`, {
      hint: isSetting ? `check the path in ${shown}` : `correct or unset ${name} in the environment`,
      cause,
    });
  }
}
