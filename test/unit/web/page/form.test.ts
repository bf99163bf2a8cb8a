import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkForm } from "../../../../src/web/page/form/check-form.ts";
import { checkFields, type Entered, formEntries, textFields } from "../../../../src/web/page/form/fields.ts";
import { canBeWritten, parseTargets, withTarget } from "../../../../src/web/page/form/folder-targets.ts";
import { formModel } from "../../../../src/web/page/form/form-model.ts";
import { startWord } from "../../../../src/web/page/form/start-word.ts";
import { swapSides } from "../../../../src/web/page/form/swap-sides.ts";
import { formProps } from "./page-props.ts";

const complete = {
  user1: "alice",
  password1: "&=+%;\"'ü",
  host1: "imap.old.example",
  user2: "alice",
  password2: " ",
  host2: "imap.new.example",
};

function entered(texts: object, checks: object = {}): Entered {
  return {
    trusted: { 1: undefined, 2: undefined },
    texts: { ...Object.fromEntries(textFields.map((name) => [name, ""])), ...texts } as Entered["texts"],
    checks: { ...Object.fromEntries(checkFields.map((name) => [name, false])), ...checks } as Entered["checks"],
  };
}

function wrongFields(texts: object, checks: object = {}): string[] {
  return checkForm(entered(texts, checks)).map(({ field }) => field);
}

describe("what is wrong with a form", () => {
  test("nothing, with six values; a password may be a blank", () => {
    assert.deepEqual(wrongFields(complete), []);
  });

  test("what is missing, in the order of the fields", () => {
    assert.deepEqual(wrongFields({ ...complete, password1: "", host2: "  " }), ["password1", "host2"]);
  });

  test("that both sides are the same mailbox, unless its folders differ", () => {
    const same = { ...complete, host2: " IMAP.old.example" };
    assert.deepEqual(wrongFields(same), ["user2"]);
    assert.deepEqual(wrongFields({ ...same, user2: "Alice" }), []);
    assert.deepEqual(wrongFields({ ...same, subfolder2: "Backup" }), []);
  });

  test("that deleting at the destination is not confirmed", () => {
    assert.deepEqual(wrongFields(complete, { delete2: true }), ["confirm2"]);
    assert.deepEqual(wrongFields(complete, { delete2: true, confirm2: true }), []);
  });
});

test("a form is sent as browsers send it: without what is off or empty", () => {
  assert.deepEqual(Object.fromEntries(formEntries(entered(complete, { dry: true }))), { ...complete, dry: "on" });
});

describe("targets of folders", () => {
  test("are changed, added and taken away one at a time", () => {
    const lines = withTarget("Sent=Sent Items", "Junk", "Spam");
    assert.equal(lines, "Sent=Sent Items\nJunk=Spam");
    assert.equal(withTarget(lines, "Sent", "Gesendet"), "Sent=Gesendet\nJunk=Spam");
    assert.equal(withTarget(lines, "Sent", undefined), "Junk=Spam");
  });

  test("are split at the first equals sign; lines without one say nothing", () => {
    assert.deepEqual([...parseTargets("a=b=c\nnothing\n=x")], [["a", "b=c"]]);
  });

  test("can be written for folders that such a line can name", () => {
    assert.ok(canBeWritten("Projekte/Häuser"));
    for (const name of ["a=b", "a\nb", " a", ""]) assert.ok(!canBeWritten(name), JSON.stringify(name));
  });
});

test("swapping exchanges all that is about one side, and forgets what was about the direction", () => {
  const model = formModel(formProps({ values: { user1: "a", host1: "ha", user2: "b", f1f2: "x=y", subfolder1: "s" } }));
  model.texts.password1.value = "pa";
  swapSides(model);
  const { texts } = model;
  assert.deepEqual(
    [texts.user1, texts.host1, texts.user2, texts.host2, texts.password2, texts.subfolder2, texts.f1f2].map(
      ({ value }) => value,
    ),
    ["b", "", "a", "ha", "pa", "s", ""],
  );
});

test("the button says what it will do", () => {
  assert.equal(startWord(formModel(formProps())), "Sync");
  assert.equal(startWord(formModel(formProps({ values: { dry: "on" } }))), "Start the dry run");
  assert.equal(startWord(formModel(formProps({ values: { dry: "on", justlogin: "on" } }))), "Check the logins");
});
