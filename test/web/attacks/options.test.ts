// What a form cannot ask for: options that run programs or Perl, read or write files, or lead elsewhere.

import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startDovecot } from "../../support/dovecot.ts";
import { promptFailures } from "../../support/dovecot-failures.ts";
import { asForm, asJson } from "../../support/http-request.ts";
import { startImapsyncWeb } from "../../support/imapsync-web.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { startAll } from "../../support/start-all.ts";
import { contents, deliver, mails, twoStores } from "../../support/two-stores.ts";
import { valuesFor, WebClient } from "../../support/web-client.ts";

const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: promptFailures }),
  remote: startDovecot(),
});
const web = await startImapsyncWeb();
after(() => web.stop());
const directory = scratchDirectory("reached");
const reached = join(directory, "reached");
const secretFile = join(directory, "secret");
writeFileSync(secretFile, "p");

/** What each would do, if it were obeyed: leave a file behind, or delete mail, or print what is secret. */
const evil: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "run programs": {
    pipemess: `touch ${reached}; cat`,
    maxlinelengthcmd: `touch ${reached}; cat`,
    maxlinelength: "1",
    "host1=x --pipemess": `touch ${reached}`,
  },
  "run Perl": {
    regexmess: `s/x/system("touch ${reached}")/ee`,
    regextrans2: `s/INBOX/\${\\system("touch ${reached}")}/e`,
    skipmess: `m/(?{system("touch ${reached}")})/`,
    regexflag: `s/x/system("touch ${reached}")/ee`,
    delete2foldersonly: `/(?{system("touch ${reached}")})/`,
    delete2foldersbutnot: `/(?{system("touch ${reached}")})/`,
  },
  "write files": { logfile: reached, logdir: directory, log: "on", pidfile: reached, report: reached, state: reached },
  "read files": { passfile1: secretFile, passfile2: secretFile, oauthaccesstoken1: secretFile, authuser1: "root" },
  "say too much": { debugimap1: "on", debugimap: "on", showpasswords: "on", debug: "on", emailreport1: "on" },
  "delete more": { delete2folders: "on", expunge1: "on", delete1emptyfolders: "on", __proto__: "on" },
};

for (const [what, options] of Object.entries(evil)) {
  test(`the page takes no option to ${what}`, async (t) => {
    const stores = await twoStores(t, { local, remote });
    for (const [name, value] of Object.entries(options)) {
      for (const kind of [asForm, asJson]) {
        // Not `{ [name]: value }`: an object may not have its prototype set like this.
        const values = JSON.parse(
          JSON.stringify(valuesFor(stores)).replace(/}$/, `,${JSON.stringify(name)}:${JSON.stringify(value)}}`),
        ) as object;
        const { status, text } = await new WebClient(web).ask("/jobs", kind(values));
        assert.equal(status, 400, `${name}: ${text}`);
      }
    }
    assert.equal(stores.proxies.local.connections, 0);
  });

  test(`the original’s address takes no option to ${what} either`, async (t) => {
    const stores = await twoStores(t, { local, remote });
    await deliver(stores.local, "INBOX", ...mails("m", 1));
    for (const [name, value] of Object.entries(options)) {
      const values = { ...valuesFor(stores), [name]: value };
      const { status, text } = await new WebClient(web).ask("/cgi-bin/imapsync", asForm(values));
      // Some are refused, others not looked at.
      if (status === 400) assert.match(text, new RegExp(`^${name.replace(/\W/g, ".")}: `));
      else assert.match(text, /Exiting with return value 0 /);
      assert.doesNotMatch(text, /LOGIN "?u"? /);
      assert.deepEqual(readdirSync(directory), ["secret"], name);
    }
    assert.deepEqual(await contents(stores.local), ["m1"]);
  });
}

test("values of the page's own fields begin no options", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 1));
  const injected = `x --pipemess "touch ${reached}" --pipemess=touch`;
  for (const name of ["user1", "password1", "host1", "subfolder1", "subfolder2", "f1f2", "fingerprint1"] as const) {
    for (const value of [injected, `--pipemess=touch ${reached}`, `x\n--pipemess=touch ${reached}`, `x\0--dry`]) {
      const client = new WebClient(web);
      const { status, text } = await client.ask("/jobs", asJson({ ...valuesFor(stores), [name]: value }));
      assert.ok([201, 400].includes(status), `${name}: ${String(status)} ${text}`);
      if (status === 201) await client.endOf((JSON.parse(text) as { readonly id: string }).id);
      assert.ok(!existsSync(reached), name);
    }
  }
});

test("types that are no texts are refused", async (t) => {
  const stores = await twoStores(t, { local, remote });
  for (const value of [1, null, true, ["a", "b"], { $gt: "" }, [["--pipemess=x"]]]) {
    for (const name of ["host1", "password1", "dry", "f1f2"]) {
      const { status } = await new WebClient(web).ask("/jobs", asJson({ ...valuesFor(stores), [name]: value }));
      assert.equal(status, 400, `${name} ${JSON.stringify(value)}`);
    }
  }
  for (const body of ["null", "[]", '"x"', "1", "{", ""]) {
    const { status } = await new WebClient(web).ask("/jobs", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    assert.equal(status, 400, body);
  }
});
