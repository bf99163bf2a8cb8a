// Whoever guesses learns nothing: not whether a job exists, not whose it is, not the operator's token.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { startDovecot } from "../../support/dovecot.ts";
import { promptFailures } from "../../support/dovecot-failures.ts";
import { type Answer, asForm, asJson, ask } from "../../support/http-request.ts";
import { startImapsyncWeb } from "../../support/imapsync-web.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { startAll } from "../../support/start-all.ts";
import { deliver, mails, twoStores } from "../../support/two-stores.ts";
import { valuesFor, WebClient } from "../../support/web-client.ts";

const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: promptFailures }),
  remote: startDovecot({ extraConfig: promptFailures }),
});
const token = "correct horse battery staple";
const tokenFile = join(scratchDirectory("token"), "token");
writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
const web = await startImapsyncWeb({ "operator-token-file": tokenFile });
after(() => web.stop());

/** What of an answer could tell one from another. */
function looks({ status, headers, text }: Answer, ...names: readonly string[]): unknown {
  const { date, "set-cookie": cookies, etag, ...others } = headers;
  const shown = JSON.stringify({ status, others, text, cookies: cookies?.length });
  return names.reduce((all, name) => all.replaceAll(name, "NAME"), shown).replace(/\d+/g, "N");
}

describe("a job of others", () => {
  const paths = ["/", "/state", "/events", "/log", "/lines?from=1&count=10", "/left.csv", "/report.json"];

  test("looks like one that is not there, whatever is asked", async () => {
    const owner = new WebClient(web);
    const nowhere = { user1: "u", password1: "p", user2: "v", password2: "p" };
    const { id } = await owner.run({ host1: "127.0.0.1:9", host2: "127.0.0.1:9", ...nowhere });
    const none = [...id].reverse().join("");
    assert.notEqual(none, id);
    const stranger = new WebClient(web);
    const forged = { cookie: owner.cookies.map(({ name }) => `${name}=${"A".repeat(43)}`).join("; ") };
    for (const path of paths) {
      for (const headers of [{}, forged]) {
        const [there, missing] = [
          await stranger.ask(`/jobs/${id}${path}`, { headers }),
          await stranger.ask(`/jobs/${none}${path}`, { headers }),
        ];
        assert.equal(there.status, 404);
        assert.equal(looks(there, id), looks(missing, none), path);
      }
    }
    const posted = { password1: "p", password2: "p" };
    for (const path of ["/abort", "/delete", "/resume"]) {
      const [there, missing] = [
        await stranger.ask(`/jobs/${id}${path}`, asForm(posted)),
        await stranger.ask(`/jobs/${none}${path}`, asForm(posted)),
      ];
      assert.equal(there.status, 404);
      assert.equal(looks(there, id), looks(missing, none), path);
    }
    assert.equal((await owner.status(id)).state, "failed");
  });

  test("has an id and a cookie that nobody guesses, and that no script reads", async () => {
    const nowhere = { user1: "u", password1: "p", user2: "v", password2: "p" };
    const ids = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const { status, headers, text } = await ask(
        web.address,
        "/jobs",
        asJson({ host1: "127.0.0.1:9", host2: "127.0.0.1:9", ...nowhere, user1: `u${String(i)}` }),
      );
      assert.equal(status, 201, text);
      const { id } = JSON.parse(text) as { readonly id: string };
      assert.match(id, /^[\w-]{20,}$/);
      ids.add(id);
      for (const cookie of headers["set-cookie"] ?? []) {
        assert.match(cookie, /httponly/i);
        assert.match(cookie, /samesite=strict/i);
        assert.match(cookie, /^[^=]+=[\w.-]{22,};/);
      }
    }
    assert.equal(ids.size, 5);
  });
});

test("a wrong password attaches to nothing, and looks as if nothing were there", async (t) => {
  const [stores, empty] = [await twoStores(t, { local, remote }), await twoStores(t, { local, remote })];
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  stores.hold("remote", "client", { pattern: / APPEND /, always: true, action: () => held });
  const owner = new WebClient(web);
  const values = valuesFor(stores);
  const { id } = await owner.start(values);
  await owner.reaches(id, "running");

  const outcomes = [];
  for (const each of [values, valuesFor(empty)]) {
    for (const wrong of [{ password1: "wrong" }, { password2: "wrong" }, { password1: "p ", password2: "P" }]) {
      const stranger = new WebClient(web);
      const answer = await stranger.ask("/jobs", asJson({ ...each, ...wrong }));
      assert.equal(answer.status, 201);
      const started = JSON.parse(answer.text) as { readonly id: string; readonly attached: boolean };
      assert.notEqual(started.id, id);
      assert.equal(started.attached, false);
      const end = await stranger.endOf(started.id);
      const names = [started.id, each.user1, each.user2, each.host1, each.host2];
      outcomes.push([looks(answer, ...names), end.state, end.result?.exitName, Object.keys(wrong).length]);
    }
  }
  assert.deepEqual(outcomes.slice(0, 3), outcomes.slice(3));
  assert.ok(outcomes.every(([, state, exitName]) => state === "failed" && /AUTHENTICATION/.test(String(exitName))));
  release();
  assert.equal((await owner.endOf(id)).state, "done");
});

test("values run into each other in no way that leads to another's job", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 1));
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  stores.hold("remote", "client", { pattern: / APPEND /, always: true, action: () => held });
  const owner = new WebClient(web);
  const values = valuesFor(stores);
  const { id } = await owner.start(values);
  const [user, password] = [values.user1, values.password1];
  for (const shifted of [
    { user1: user + password.slice(0, 1), password1: password.slice(1) || " " },
    { user1: user.slice(0, -1), password1: user.slice(-1) + password },
    { user1: user.toUpperCase() },
  ]) {
    const started = await new WebClient(web).start({ ...values, ...shifted });
    assert.notEqual(started.id, id);
  }
  release();
  await owner.endOf(id);
});

describe("the operator's page", () => {
  test("is nobody's without the token, and says nothing of jobs", async () => {
    const { text } = await ask(web.address, "/operator");
    assert.doesNotMatch(text, /127\.0\.0\.1:9/);
    for (const wrong of ["", "x", token.toUpperCase(), `${token} `, `${token}\n`, token.slice(0, -1)]) {
      const { status, headers } = await ask(web.address, "/operator", asForm({ token: wrong }));
      assert.ok([400, 401, 403].includes(status), `${wrong}: ${String(status)}`);
      assert.equal(headers["set-cookie"], undefined);
    }
  });

  test("is not guessed at for long: then the right token does not fit either", async () => {
    for (let i = 0; i < 30; i++) {
      const { status } = await ask(web.address, "/operator", asForm({ token: String(i) }));
      assert.ok([403, 429].includes(status), String(status));
    }
    const { status, headers } = await ask(web.address, "/operator", asForm({ token }));
    assert.ok([403, 429].includes(status), String(status));
    assert.equal(headers["set-cookie"], undefined);
    const bearer = await ask(web.address, "/operator", { headers: { authorization: `Bearer ${token}` } });
    assert.equal(bearer.status, 401);
  });
});

test("metrics tell nobody whose mail is moved", async () => {
  const { status, text } = await ask(web.address, "/metrics");
  if (status === 200) assert.doesNotMatch(text, /127\.0\.0\.1|user|@/);
  else assert.ok([401, 403, 404].includes(status));
});
