// A self-signed certificate for localhost and 127.0.0.1.

import { execFileSync } from "node:child_process";
import { join } from "node:path";

export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export function makeCertificate(directory: string): Certificate {
  const certificateFile = join(directory, "certificate.pem");
  const keyFile = join(directory, "key.pem");
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const output = ["-days", "30", "-keyout", keyFile, "-out", certificateFile];
  execFileSync("openssl", ["req", "-x509", ...curve, ...names, ...output], { stdio: "pipe" });
  return { certificateFile, keyFile };
}
