// Which folders are copied, where to, and in which order.

import { canonicalName, isInbox } from "../../model/mailbox-name.ts";
import type { PerSide } from "../../model/side.ts";
import { groupBy } from "../../util/group-by.ts";
import { automap, automapBase, specialFolders } from "../folders/automap.ts";
import { type NameMapper, nameMapper } from "../folders/folder-names.ts";
import { type Layout, layoutOf } from "../folders/layout.ts";
import { withoutMixing } from "../folders/mix-folders.ts";
import { selectFolders } from "../folders/select-folders.ts";
import { shadowWarnings } from "../folders/shadowed-alternatives.ts";
import { findSubfolder1, isInside, subfolder2Base, unlessEmpty } from "../folders/subfolders.ts";
import { type Host, sideOf } from "../options/host.ts";
import type { Options } from "../options/options.ts";
import { type AccountFolders, folderNamed } from "./account-folders.ts";
import type { Aliases } from "./aliases.ts";
import type { CopyRun } from "./copy-run.ts";
import type { Folders2 } from "./create-folder.ts";
import { FolderWork } from "./folder-work.ts";
import { isOneAccount } from "./one-account.ts";
import { RunFailure } from "./run-failure.ts";
import type { Pairing } from "./tell-listing.ts";

export interface AccountPlan {
  readonly listings: PerSide<AccountFolders>;
  readonly layouts: Readonly<Record<Host, Layout>>;
  /** `--automap`: which folders are paired because of their use. */
  readonly pairing: Pairing | undefined;
  readonly works: readonly FolderWork[];
  readonly folders2: Folders2;
  /** What any folder of host1 is called on host2. */
  readonly nameOn2: NameMapper;
}

/** @throws RunFailure when `--subfolder1` names nothing. */
export function planAccount(run: CopyRun, listings: PerSide<AccountFolders>): AccountPlan {
  const { options, rules, emit } = run;
  const names = { 1: [...listings.local.folders.keys()], 2: [...listings.remote.folders.keys()] };
  const layouts = {
    1: layoutOf(1, { options, told: listings.local, folders: names[1] }),
    2: layoutOf(2, { options, told: listings.remote, folders: names[2] }),
  };
  const { subfolder1 = "" } = options;
  if (subfolder1 !== "" && findSubfolder1(subfolder1, layouts[1], names[1]) === undefined)
    throw new RunFailure(
      "EXIT_SUBFOLDER1_NO_EXISTS",
      `Host1: the folder of --subfolder1 does not exist: ${subfolder1}`,
    );
  for (const text of shadowWarnings(options.regextrans2)) emit({ type: "notice", text, isWarning: true });
  const all1 = [...listings.local.folders.values()];
  const { wanted: selected, missing } = selectFolders({
    ...{ options, layout: layouts[1], folders: names[1] },
    unselectable: new Set(all1.filter(({ isSelectable }) => !isSelectable).map(({ name }) => name)),
    subscribed: all1.filter(({ isSubscribed }) => isSubscribed).map(({ name }) => name),
    ...{ include: rules.folders.include, exclude: rules.folders.exclude },
    // All Mail, which has all that is in others too, is called otherwise in other languages.
    last: options.gmail1 ? all1.filter(({ attributes }) => attributes.includes("\\all")).map(({ name }) => name) : [],
  });
  for (const folder of missing)
    emit({ type: "notice", host: 1, text: `folder [${folder}] does not exist: it is left out`, isWarning: true });
  const pairing = options.automap || options.justautomap ? pairedByUse(options, { layouts, listings }) : undefined;
  const nameOn2 = nameMapper({
    ...{ options, layouts, folders: names, substitute: rules.folders.substitute },
    ...(pairing !== undefined && { automap: pairing.pairs }),
  });
  const outside = outsideOfCopies(run, selected, { layout: layouts[2], listings });
  const { wanted, mixed } = options.mixfolders
    ? { wanted: outside, mixed: [] }
    : withoutMixing(outside, nameOn2, new Set(names[2]));
  for (const folder of mixed) {
    const { messages } = listings.local.folders.get(folder) ?? {};
    const what = messages === undefined ? "" : ` with its ${String(messages)} message${messages === 1 ? "" : "s"}`;
    const text = `folder [${folder}] is left out${what}: on host2 another one has its name, but for the case`;
    emit({ type: "notice", host: 1, text, isWarning: true });
  }
  const separators = { 1: layouts[1].separator, 2: layouts[2].separator };
  const works = wanted.map((folder1, i) => {
    const name2 = nameOn2(folder1);
    const there = folderNamed(listings.remote.folders, name2);
    // By one name, however it is spelled: what goes to one folder must be known to.
    const folder2 = there?.name ?? canonicalName(name2);
    const work = new FolderWork({ folder1, folder2, index: i + 1, of: wanted.length, separators });
    work.isOn2 = there?.isSelectable ?? isInbox(folder2);
    return work;
  });
  return {
    ...{ listings, works, nameOn2, layouts, pairing },
    folders2: {
      existing: new Set(
        [...listings.remote.folders.values()].filter((one) => one.isSelectable).map(({ name }) => name),
      ),
      subscribed: new Set(
        [...listings.remote.folders.values()].filter((one) => one.isSubscribed).map(({ name }) => name),
      ),
      separator: layouts[2].separator,
      ahead: new Map(),
      unlisted: new Set(),
    },
  };
}

/** Where an account is copied to a folder of itself, the copies of former runs are not copied deeper, unless they are asked for. */
function outsideOfCopies(
  { options, emit }: CopyRun,
  selected: readonly string[],
  { layout, listings }: { readonly layout: Layout; readonly listings: PerSide<AccountFolders> },
): readonly string[] {
  const subfolder2 = unlessEmpty(options.subfolder2);
  const areChosen = [options.folder, options.folderrec].some((names) => (names ?? []).length > 0);
  if (
    subfolder2 === undefined ||
    areChosen ||
    unlessEmpty(options.subfolder1) !== undefined ||
    !isOneAccount(options, listings)
  )
    return selected;
  const base = subfolder2Base(subfolder2, layout);
  const outside = selected.filter((folder) => !isInside(folder, base, layout.separator));
  if (outside.length < selected.length) {
    const text = `folder [${base}], and what is in it, is left out: it is the --subfolder2 of the same account`;
    emit({ type: "notice", host: 1, text });
  }
  return outside;
}

/** The same, with names of host2 as the server lists them. */
export function withAliases({ emit }: Pick<CopyRun, "emit">, plan: AccountPlan, aliases: Aliases): AccountPlan {
  const works = plan.works.map((work) => {
    if (work.isOn2 || !aliases.has(work.folder2)) return work;
    const listed = aliases.get(work.folder2);
    const other = new FolderWork({ ...work.given, folder2: listed ?? work.folder2 });
    other.isOn2 = true;
    other.isShared = listed === undefined;
    const words = listed === undefined ? "one that it lists under another name" : `the same as [${listed}]`;
    emit({ type: "notice", host: 2, text: `folder [${work.folder2}] is ${words}`, isWarning: true });
    return other;
  });
  return { ...plan, works };
}

/** Notes of each folder of host2 which others have the same numbers. */
export function noteLookalikes({ works, listings }: Pick<AccountPlan, "works" | "listings">): void {
  const { folders } = listings.remote;
  const numbersOf = (folder2: string): string | undefined => {
    const { uidValidity, uidNext, messages, highestModSeq } = folderNamed(folders, folder2) ?? {};
    return (messages ?? 0) === 0 ? undefined : [uidValidity, uidNext, messages, highestModSeq].join(" ");
  };
  for (const [numbers, alike] of groupBy(works, ({ folder2 }) => numbersOf(folder2))) {
    const names = new Set(numbers === undefined ? [] : alike.map(({ folder2 }) => folder2));
    if (names.size > 1) for (const work of alike) work.lookalikes = [...names].filter((name) => name !== work.folder2);
  }
}

interface Listed {
  readonly layouts: Readonly<Record<Host, Layout>>;
  readonly listings: PerSide<AccountFolders>;
}

function pairedByUse(options: Options, { layouts, listings }: Listed): Pairing {
  const [special1, special2] = ([1, 2] as const).map((host) => {
    const folders = [...listings[sideOf(host)].folders.values()];
    const account = { layout: layouts[host], folders };
    return specialFolders({ ...account, base: automapBase(host, options, account) });
  });
  return { special: { 1: special1!, 2: special2! }, pairs: automap(special1!, special2!) };
}
