// Certificates that a preview met and did not trust: their keys can be trusted for this job. With and without a script these are boxes
// to check, and the form is sent again.

import type { VNode } from "preact";
import type { RefusedCertificate } from "../../../job/job-message.ts";
import { Certificate } from "../parts/certificate.tsx";
import { whyToCompare } from "../parts/why-to-compare.ts";
import type { FormModel } from "./form-model.ts";

export function TrustedKeys({ model }: { readonly model: FormModel }): VNode | null {
  const certificates = model.certificates.value;
  if (certificates.length === 0) return null;
  return (
    <fieldset class="card certificate" id="certificates" tabIndex={-1}>
      <legend>Is this the right server?</legend>
      <p>{whyToCompare} If it is the right one, check its box, and press the button again.</p>
      {certificates.map((certificate) => (
        <Certificate
          key={certificate.host}
          certificate={certificate}
          server={model.texts[`host${certificate.host}`].value}
        >
          <TrustBox model={model} certificate={certificate} />
        </Certificate>
      ))}
    </fieldset>
  );
}

interface TrustBoxProps {
  readonly model: FormModel;
  readonly certificate: RefusedCertificate;
}

function TrustBox({ model, certificate: { host, fingerprint } }: TrustBoxProps): VNode {
  const name = `fingerprint${host}` as const;
  return (
    <div class="check">
      <input
        type="checkbox"
        id={name}
        name={name}
        value={fingerprint}
        checked={model.trusted.value[host] === fingerprint}
        onChange={(event) => {
          const key = event.currentTarget.checked ? fingerprint : undefined;
          model.trusted.value = { ...model.trusted.value, [host]: key };
        }}
      />
      <label for={name}>Trust exactly this key, for this job</label>
    </div>
  );
}
