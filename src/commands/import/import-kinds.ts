// Whose configuration can be imported.

export const importKinds = ["mbsyncrc", "offlineimaprc"] as const;
export type ImportKind = (typeof importKinds)[number];
