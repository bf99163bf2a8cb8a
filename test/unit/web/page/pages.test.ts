import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { errorPage, formPage, jobPage, operatorPage } from "../../../../src/web/page/pages.ts";
import { folder, formProps, jobProps, limits, status } from "./page-props.ts";

const script = "<script>alert(1)</script>";
const quotes = `"><img src=x onerror='alert(1)'>`;
/** Turns around what is written after it; the other is not seen at all. */
const hidden = "in\u202evoice\u200b\x1b[31m";

/** All that is not the page's own: what a browser would run, or show otherwise than it is. */
function assertHarmless(html: string): void {
  assert.ok(!html.includes(script), "a script of somebody else");
  assert.ok(!html.includes("<img src=x"), "a tag of somebody else");
  const shown = html.replace(/<script type="application\/json"[^]*<\/script>/, "");
  assert.doesNotMatch(shown, /[\u202a-\u202e\u200b\x1b]/);
  assert.doesNotMatch(html, / style="| on[a-z]+="|javascript:/i);
  // The page's own two: code from a file, and data.
  assert.ok((html.match(/<script/g) ?? []).length <= 2);
}

describe("texts of servers and people are shown, and nothing else", () => {
  const bad = `${script}${quotes}${hidden}`;

  test("in the form", () => {
    const html = formPage(
      formProps({
        values: { user1: bad, host1: bad, user2: bad, host2: bad, f1f2: `${bad}</textarea>`, subfolder1: bad },
        error: { error: bad, field: "host1" },
        preview: { folders: [{ folder1: bad, folder2: bad, isNew: true }] },
      }),
    );
    assert.ok(!html.includes(`${bad}</textarea>`));
    // What is in a field must stay what was entered, so that it can be sent again.
    assertHarmless(html.replaceAll(/ value="[^"]*"|<textarea[^]*<\/textarea>/g, ""));
    assert.match(html, /&lt;script>alert\(1\)|&lt;script&gt;alert\(1\)/);
    assert.match(html, /in\\u202evoice\\u200b\\x1b\[31m/);
  });

  test("on the page of a job", () => {
    const html = jobPage(
      jobProps({
        status: {
          ...status,
          user1: bad,
          host2: bad,
          state: "failed",
          result: { exitCode: 1, exitName: bad, sentence: bad },
        },
        folders: [folder(bad, { folder2: `${bad}2` })],
        left: [{ folder1: bad, folder2: bad, uid1: 1, octets: 3, reason: bad, isError: true }],
        leftCount: 1,
        certificates: [
          { host: 1, reason: bad, subject: bad, issuer: bad, validFrom: bad, validTo: bad, fingerprint: quotes },
        ],
        log: { first: 1, lines: [bad, "</pre>"], total: 2 },
      }),
    );
    assertHarmless(html.replaceAll(/dateTime="[^"]*"/g, "").replaceAll(/ value="[^"]*"/g, ""));
  });

  test("on the operator's page, and on that of an error", () => {
    assertHarmless(
      operatorPage({
        error: undefined,
        hasFleet: false,
        overview: {
          running: 1,
          queued: 0,
          maxRunning: 2,
          maxQueued: 3,
          ended: { done: 0, failed: 0, aborted: 0, interrupted: 0 },
          rate: 0,
          octets: 0,
          messages: 0,
          errors: 0,
          startedAt: status.createdAt,
          jobs: [
            {
              status: { ...status, id: quotes, user1: bad, host1: bad },
              progress: undefined,
              address: bad,
              watchers: 1,
            },
          ],
        },
      }),
    );
    assertHarmless(errorPage({ statusCode: 404, error: bad, retryAfter: undefined }));
  });

  test("in the data for the script, which a `</script>` does not end", () => {
    const html = jobPage(jobProps({ log: { first: 1, lines: ["</script><!--\u2028"], total: 1 } }));
    const [, json = ""] = /<script type="application\/json"[^>]*>([^]*?)<\/script>/.exec(html) ?? [];
    assert.deepEqual((JSON.parse(json) as { log: { lines: string[] } }).log.lines, ["</script><!--\u2028"]);
  });
});

describe("the form", () => {
  test("has the fields of the original, and can be sent without a script", () => {
    const html = formPage(formProps());
    for (const name of ["user1", "password1", "host1", "user2", "password2", "host2", "dry", "justlogin"]) {
      assert.match(html, new RegExp(`<input[^>]* name="${name}"`));
    }
    assert.match(html, /<form method="post" action="\/jobs"/);
    assert.match(html, /<button type="submit" class="main"/);
    assert.match(html, /formAction="\/preview"|formaction="\/preview"/);
  });

  test("never sends a password back, not even one that was handed to it by mistake", () => {
    const values = { user1: "alice", password1: "geheim1", password2: "geheim2" };
    assert.doesNotMatch(formPage(formProps({ values })), /geheim/);
  });

  test("says at the field what is wrong with it", () => {
    const html = formPage(
      formProps({ values: { host2: "localhost" }, error: { error: "Not this one.", field: "host2" } }),
    );
    assert.match(html, /<a href="#host2">/);
    assert.match(html, /<input id="host2"[^>]*aria-describedby="host2-note"[^>]*aria-invalid="true"/);
    assert.match(html, /<p class="note wrong" id="host2-note"><bdi>Not this one\.<\/bdi>/);
    assert.match(html, /<title>Error: /);
  });

  test("lets a key be trusted that a preview met, with a box that is off", () => {
    const certificate = {
      host: 1,
      reason: "the certificate is self-signed",
      subject: "CN=a",
      issuer: "CN=b",
      validFrom: "2026-01-01T00:00:00Z",
      validTo: "2027-01-01T00:00:00Z",
      fingerprint: "sha256$0123",
    } as const;
    const error = { error: "The certificate of host1 is not trusted.", certificates: [certificate] };
    const html = formPage(formProps({ values: { host1: "imap.old.example" }, error }));
    assert.match(html, /<input type="checkbox" id="fingerprint1" name="fingerprint1" value="sha256\$0123"\/>/);
    assert.match(html, /The certificate is self-signed\./);
    const again = formPage(formProps({ values: { host1: "a", fingerprint1: "sha256$0123" }, error }));
    assert.match(again, /name="fingerprint1" value="sha256\$0123" checked/);
  });

  test("shows the options where one is on", () => {
    assert.match(formPage(formProps({ values: { dry: "on" } })), /<details class="card more" open/);
    assert.doesNotMatch(formPage(formProps()), /<details class="card more" open/);
  });

  test("says what is kept, for how long, and what the limits are", () => {
    const html = formPage(formProps({ limits: { ...limits, octets: 3_000_000_000, keptDays: 1 } }));
    assert.match(html, /kept for 1 day\./);
    assert.match(html, /at most 3\.0 GB/);
  });
});

describe("the page of a job", () => {
  test("that runs can be aborted, not resynced or deleted", () => {
    const html = jobPage(jobProps());
    assert.match(html, /<title>25 % · Copying your mail/);
    assert.match(html, /<form method="post" action="abort"/);
    assert.doesNotMatch(html, /action="(?:resume|delete)"/);
    assert.match(html, /250 of 1,000/);
  });

  test("that is being ended says so, and cannot be aborted twice", () => {
    const html = jobPage(jobProps({ status: { ...status, isStopping: true } }));
    assert.match(html, /<h1[^>]*>Stopping</);
    assert.doesNotMatch(html, /action="abort"/);
  });

  test("says what is not as usual", () => {
    const html = jobPage(jobProps({ options: ["dry", "delete1"] }));
    assert.match(html, /<h1[^>]*>Looking at what would be done/);
    assert.match(html, /Dry run/);
    assert.match(html, /Move: deletes at the source/);
    const ended = { ...status, state: "done", endedAt: status.createdAt } as const;
    assert.match(jobPage(jobProps({ options: ["justlogin"], status: ended })), /Both logins work\./);
  });

  test("that has ended asks for the passwords again, and can be deleted", () => {
    const html = jobPage(jobProps({ status: { ...status, state: "done", endedAt: status.createdAt } }));
    assert.match(html, /<form method="post" action="resume"/);
    assert.match(html, /<input id="password1" name="password1" type="password"/);
    assert.match(html, /action="delete"/);
    assert.doesNotMatch(html, /action="abort"/);
  });

  test("whose server was not trusted can go on with exactly that key", () => {
    const fingerprint = "sha256$0123";
    const html = jobPage(
      jobProps({
        status: { ...status, state: "failed", endedAt: status.createdAt },
        certificates: [
          {
            host: 2,
            reason: "It is self-signed.",
            subject: "CN=a",
            issuer: "CN=b",
            validFrom: "2026-01-01T00:00:00Z",
            validTo: "2027-01-01T00:00:00Z",
            fingerprint,
          },
        ],
      }),
    );
    assert.match(html, /<input type="hidden" name="fingerprint2" value="sha256\$0123"/);
    assert.match(html, /It is self-signed\./);
    assert.equal(html.match(/action="resume"/g)?.length, 1);
  });

  test("lists what was not copied, with links to all of it", () => {
    const left = { folder1: "INBOX", folder2: "INBOX", uid1: 4711, octets: 1000, reason: "Too large.", isError: true };
    const html = jobPage(jobProps({ left: [left], leftCount: 1200 }));
    assert.match(html, /Not copied: 1,200 messages/);
    assert.match(html, /4711/);
    assert.match(html, /href="left\.csv"/);
    assert.match(html, /href="report\.json"/);
    assert.match(html, /The files have all 1,200/);
  });
});

test("an error says when to try again", () => {
  assert.match(errorPage({ statusCode: 429, error: "Too many.", retryAfter: 90 }), /Try again in 2 minutes\./);
});

test("the operator's page asks for the token", () => {
  const html = operatorPage({ overview: undefined, hasFleet: false, error: "This is not the token." });
  assert.match(html, /<form method="post" action="\/operator"/);
  assert.match(html, /aria-invalid="true"/);
  assert.match(html, /This is not the token\./);
});
