// What a server's certificate says.

import type { ComponentChildren, VNode } from "preact";
import type { RefusedCertificate } from "../../../job/job-message.ts";
import { utc } from "../words/figures.ts";
import { inWordsOfThePage } from "../words/sides.ts";
import { Foreign } from "./foreign.tsx";

export interface CertificateProps {
  readonly certificate: RefusedCertificate;
  readonly server: string;
  readonly children?: ComponentChildren;
}

export function Certificate({ certificate, server, children }: CertificateProps): VNode {
  return (
    <div class="shown">
      <h3>
        {certificate.host === 1 ? "Source" : "Destination"}: <Foreign text={server} />
      </h3>
      <p class="wrong">
        <Foreign text={inWordsOfThePage(certificate.reason)} />
      </p>
      <dl class="facts">
        <dt>Issued for</dt>
        <dd>
          <Foreign text={certificate.subject} />
        </dd>
        <dt>Issued by</dt>
        <dd>
          <Foreign text={certificate.issuer} />
        </dd>
        <dt>Valid</dt>
        <dd>
          <Foreign text={utc(certificate.validFrom)} /> to <Foreign text={utc(certificate.validTo)} />
        </dd>
        <dt>Key</dt>
        <dd>
          <code>
            <Foreign text={certificate.fingerprint} />
          </code>
        </dd>
      </dl>
      {children}
    </div>
  );
}
