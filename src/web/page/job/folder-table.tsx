// What became of each folder.

import { Component, type VNode } from "preact";
import type { FolderProgress } from "../../../job/job-message.ts";
import { Foreign } from "../parts/foreign.tsx";
import { count, counted } from "../words/figures.ts";

const states: Readonly<Record<FolderProgress["state"], string>> = {
  waiting: "waiting",
  copying: "copying",
  done: "done",
  failed: "failed",
};

export function FolderTable({ folders }: { readonly folders: ReadonlyMap<string, FolderProgress> }): VNode | null {
  if (folders.size === 0) return null;
  const isDry = [...folders.values()].some(({ toCopy }) => toCopy > 0);
  const done = [...folders.values()].filter(({ state }) => state === "done").length;
  return (
    <section class="card">
      <div class="card-head">
        <h2 id="folders-title">Folders</h2>
        <span class="soft">
          {count(done)} of {counted(folders.size, "folder")} done
        </span>
      </div>
      <div class="scroll folders" role="region" aria-labelledby="folders-title" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Folder</th>
              <th scope="col">Messages</th>
              <th scope="col">{isDry ? "Would be copied" : "Copied"}</th>
              <th scope="col">There already</th>
              <th scope="col">Left out</th>
              <th scope="col">Failed</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {[...folders].map(([key, folder]) => (
              <FolderRow key={key} folder={folder} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Written again only when it has changed: there may be hundreds. */
class FolderRow extends Component<{ readonly folder: FolderProgress }> {
  override shouldComponentUpdate({ folder }: { readonly folder: FolderProgress }): boolean {
    return folder !== this.props.folder;
  }

  override render(): VNode {
    const { folder } = this.props;
    return (
      <tr class={folder.state}>
        <th scope="row">
          <Foreign text={folder.folder1} />
          {folder.folder2 !== folder.folder1 && (
            <span class="target">
              {" → "}
              <Foreign text={folder.folder2} />
            </span>
          )}
        </th>
        <td>{folder.messages === undefined ? "" : count(folder.messages)}</td>
        <td>{count(folder.copied + folder.toCopy)}</td>
        <td>{count(folder.present + folder.duplicates)}</td>
        <td>{count(folder.filtered)}</td>
        <td class={folder.failed > 0 ? "wrong" : undefined}>{count(folder.failed)}</td>
        <td>
          <span class={`tag ${folder.state}`}>{states[folder.state]}</span>
        </td>
      </tr>
    );
  }
}
