// The alerts by which a server ends TLS (RFC 8446 6), in words.

import type { ErrorCode } from "../../model/errors.ts";
import type { InetSettings } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { ownCertificateWords } from "./own-certificate.ts";
import { sniName } from "./sni-name.ts";

export interface AlertFault {
  readonly code: ErrorCode;
  readonly fault: string;
  readonly hint: string;
}

const names: Readonly<Record<number, string>> = {
  10: "unexpected_message",
  20: "bad_record_mac",
  22: "record_overflow",
  40: "handshake_failure",
  42: "bad_certificate",
  43: "unsupported_certificate",
  44: "certificate_revoked",
  45: "certificate_expired",
  46: "certificate_unknown",
  47: "illegal_parameter",
  48: "unknown_ca",
  49: "access_denied",
  50: "decode_error",
  51: "decrypt_error",
  70: "protocol_version",
  71: "insufficient_security",
  80: "internal_error",
  86: "inappropriate_fallback",
  100: "no_renegotiation",
  109: "missing_extension",
  110: "unsupported_extension",
  112: "unrecognized_name",
  116: "certificate_required",
  120: "no_application_protocol",
};

/** What the server has against a certificate of ours. */
const objections: Readonly<Record<number, string>> = {
  42: "",
  43: ": it cannot use a certificate of this kind",
  44: ": it has been revoked",
  45: ": it is not valid now",
  46: "",
  48: ": it does not know the authority",
  51: ": the key does not belong to it",
};

/** Alerts that may come after the handshake, when the server has looked at our certificate (RFC 8446 4.4.2.4). */
export function isAboutUs(alert: number): boolean {
  return alert in objections || alert === 49 || alert === 116;
}

export function alertFault(settings: InetSettings, alert: number): AlertFault {
  const { code = "TLS", fault, hint } = words(settings, alert);
  return { code, fault: `${fault} (TLS alert ${names[alert] ?? `number ${alert}`})`, hint };
}

type Words = Pick<AlertFault, "fault" | "hint"> & { readonly code?: ErrorCode };

function words(settings: InetSettings, alert: number): Words {
  const own = settings.tls.ownCertificate;
  const objection = objections[alert];
  if (alert === 116 || (own === undefined && (alert === 42 || alert === 46))) {
    return {
      fault: "the server wants a certificate of ours",
      hint: `set ${asSetting("SSL_cert")} and ${asSetting("SSL_key")}`,
    };
  }
  if (own !== undefined && objection !== undefined) {
    return { fault: `the server does not accept our certificate${objection}`, hint: ownCertificateWords(own) };
  }
  switch (alert) {
    case 40: {
      const wanted =
        own === undefined
          ? `; it may want a certificate: see ${asSetting("SSL_cert")}`
          : `; ${ownCertificateWords(own)}`;
      const hint = `see ${asSetting("SSL_cipherlist")}, ${asSetting("SSL_ciphersuites")} and ${asSetting("SSL_hostname")}${wanted}`;
      return { fault: "the server refused the TLS handshake", hint };
    }
    case 49:
      return {
        fault: "the server denies access",
        hint: own === undefined ? `see ${asSetting("SSL_cert")}` : ownCertificateWords(own),
      };
    case 70:
      return { ...noCommonVersion, hint: noCommonVersion.hint() };
    case 71:
      return {
        fault: "the server wants stronger ciphers",
        hint: `see ${asSetting("SSL_cipherlist")} and ${asSetting("SSL_ciphersuites")}`,
      };
    case 80:
      return {
        code: "CONNECT",
        fault: "the server reported an error of its own during the TLS handshake",
        hint: "try again later",
      };
    case 112: {
      const name = sniName(settings);
      const fault = name === "" ? "the server requires a host name (SNI)" : `the server does not know the name ${name}`;
      return { fault, hint: `see ${asSetting("SSL_hostname")}` };
    }
    case 120:
      return { fault: "the server speaks another protocol on this port", hint: "check host and port" };
    default:
      return { fault: "the server ended the TLS handshake", hint: `see ${asSetting("the SSL_ settings")}` };
  }
}

export const noCommonVersion = {
  fault: "no TLS version in common with the server",
  hint: () => `see ${asSetting("SSL_protocol_min and SSL_protocol_max")}`,
};
