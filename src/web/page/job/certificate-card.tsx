// A server's certificate that is not trusted: what it says, and a way to trust exactly its key, for this job only.

import type { VNode } from "preact";
import { Certificate } from "../parts/certificate.tsx";
import { whyToCompare } from "../parts/why-to-compare.ts";
import type { JobActions } from "./job-actions.ts";
import type { JobState } from "./job-state.ts";
import { ResumeForm } from "./resume-form.tsx";

export function CertificateCard({ state, actions }: { readonly state: JobState; readonly actions: JobActions }): VNode {
  const { certificates, status } = state;
  return (
    <section class="card certificate" aria-labelledby="certificate-title">
      <h2 id="certificate-title">Is this the right server?</h2>
      <p>{whyToCompare}</p>
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
