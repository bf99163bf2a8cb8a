import assert from "node:assert/strict";
import { test } from "node:test";
import type { JobMessage } from "../../../../src/job/job-message.ts";
import { asBrowser, begin, formHeaders, operatorToken, site } from "../../../support/web-site.ts";

const bearer = { authorization: `Bearer ${operatorToken}` };

async function login(made: Awaited<ReturnType<typeof site>>, token: string) {
  const payload = new URLSearchParams({ token }).toString();
  return made.server.inject({ method: "POST", url: "/operator", headers: { ...formHeaders, ...asBrowser }, payload });
}

test("without a token there is no page for the operator", async () => {
  const made = await site();
  assert.equal((await made.server.inject({ url: "/operator", headers: bearer })).statusCode, 404);
  assert.equal((await login(made, "")).statusCode, 404);
});

test("the operator sees all jobs and ends any, with the token or a session", async () => {
  const made = await site({ operatorToken });
  const { id } = await begin(made);
  const stranger = await made.server.inject({ url: "/operator" });
  assert.equal(stranger.statusCode, 401);
  assert.doesNotMatch(stranger.body, /al…|running/);
  assert.match((await made.server.inject({ url: "/operator", headers: bearer })).body, /al…|alice/);
  assert.equal((await login(made, "wrong")).statusCode, 403);
  const session = await login(made, operatorToken);
  assert.equal(session.statusCode, 303);
  assert.match(
    String(session.headers["set-cookie"]),
    /^operator=[\w-]{43}; Path=\/operator; .*HttpOnly; SameSite=Strict/,
  );
  const [cookie = ""] = String(session.headers["set-cookie"]).split(";");
  assert.match((await made.server.inject({ url: "/operator", headers: { cookie } })).body, /al…|alice/);
  const abort = (headers: Record<string, string>) =>
    made.server.inject({ method: "POST", url: `/operator/jobs/${id}/abort`, headers });
  assert.equal((await abort({})).statusCode, 404);
  assert.equal((await abort({ cookie })).statusCode, 303);
  assert.deepEqual(made.workers.all[0]?.asked, ["abort"]);
  const after = (await made.server.inject({ url: "/operator", headers: { cookie } })).body;
  assert.match(after, />stopping</);
  assert.doesNotMatch(after, /<button[^>]*>Abort</);
  await made.server.inject({ method: "POST", url: "/operator/leave", headers: { cookie } });
  assert.equal((await made.server.inject({ url: "/operator", headers: { cookie } })).statusCode, 401);
});

test("of jobs that have ended it is shown how far they came, with how many errors, and who started them", async () => {
  const made = await site({ operatorToken });
  await begin(made);
  const progress: JobMessage = {
    type: "progress",
    phase: "copying",
    ...{ messagesDone: 5, messagesTotal: 10, octetsDone: 42, octetsTotal: 100 },
    ...{ rate: 1, secondsLeft: undefined, errors: 17 },
  };
  made.workers.all[0]?.say(progress);
  await made.workers.all[0]?.end({ result: { exitCode: 1, exitName: "EXIT_ERR_APPEND", sentence: "No." } });
  const shown = async ({ server }: Awaited<ReturnType<typeof site>>): Promise<string> => {
    const { body } = await server.inject({ url: "/operator", headers: bearer });
    return /<tbody>.*<\/tbody>/s.exec(body)?.[0] ?? "";
  };
  const row = await shown(made);
  for (const words of [/>failed</, />42 %</, />17</, /127\.0\.0\.1/]) assert.match(row, words);
  // Addresses are not kept on the disk.
  const later = await shown(await site({ operatorToken, directory: made.directory }));
  for (const words of [/>failed</, />42 %</, />17</, />–</]) assert.match(later, words);
  assert.doesNotMatch(later, /127\.0\.0\.1/);
});

test("who tries many tokens is locked out, even with the right one", async () => {
  const made = await site({ operatorToken });
  for (let count = 0; count < 20; count++) await login(made, `guess ${count}`);
  assert.equal((await login(made, operatorToken)).statusCode, 403);
});

test("figures are for this machine and for the operator, and name nobody", async () => {
  const made = await site({ operatorToken });
  await begin(made);
  const metrics = (options: object) => made.server.inject({ url: "/metrics", ...options });
  const { statusCode, body } = await metrics({});
  assert.equal(statusCode, 200);
  assert.match(body, /^imapsync_web_jobs_running 1$/m);
  assert.match(body, /^imapsync_web_jobs_ended_total\{state="failed"\} 0$/m);
  assert.doesNotMatch(body, /alice|imap\.example/);
  const remote = { remoteAddress: "203.0.113.5" };
  assert.equal((await metrics(remote)).statusCode, 404);
  assert.equal((await metrics({ ...remote, headers: bearer })).statusCode, 200);
  assert.equal((await metrics({ headers: { "x-forwarded-for": "203.0.113.5" } })).statusCode, 404);
});

test("whoever asks is told whether the server is well", async () => {
  const { server } = await site();
  assert.equal((await server.inject({ url: "/healthz" })).body, "ok\n");
});
