// A server's certificate that is not trusted: what it says, and a way to trust exactly its key, for this job only.

import type { VNode } from "preact";
import type { RefusedCertificate } from "../../../job/job-message.ts";
import { Foreign } from "../parts/foreign.tsx";
import { utc } from "../words/figures.ts";
import { inWordsOfThePage } from "../words/sides.ts";
import type { JobActions } from "./job-actions.ts";
import type { JobState } from "./job-state.ts";
import { ResumeForm } from "./resume-form.tsx";

export function CertificateCard({ state, actions }: { readonly state: JobState; readonly actions: JobActions }): VNode {
  const { certificates, status } = state;
  return (
    <section class="card certificate" aria-labelledby="certificate-title">
      <h2 id="certificate-title">Is this the right server?</h2>
      <p>
        The connection is encrypted, but nobody whom we trust vouches for who is at its other end. If it is somebody
        else, they get your password. Ask your provider which key its server has, or use a server name that its
        certificate is for.
      </p>
      {certificates.map((certificate) => (
        <Certificate
          key={certificate.host}
          certificate={certificate}
          server={certificate.host === 1 ? status.host1 : status.host2}
        />
      ))}
      <ResumeForm state={state} actions={actions} word="Trust this key for this job, and go on">
        {certificates.map(({ host, fingerprint }) => (
          <input key={host} type="hidden" name={`fingerprint${host}`} value={fingerprint} />
        ))}
      </ResumeForm>
    </section>
  );
}

function Certificate({
  certificate,
  server,
}: {
  readonly certificate: RefusedCertificate;
  readonly server: string;
}): VNode {
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
    </div>
  );
}
