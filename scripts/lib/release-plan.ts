// What has to be true before a release, and what it changes in the files.

export interface ReleaseInput {
  /** Of the new release, e.g. "1.0.0" or "1.0.0-beta.2". */
  readonly version: string;
  readonly current: string;
  readonly changelog: string;
  /** Files with changes that are not committed. */
  readonly uncommitted: readonly string[];
  /** Of the release, YYYY-MM-DD. */
  readonly date: string;
}

export interface ReleasePlan {
  /** What keeps it from being released, in words; empty if nothing does. */
  readonly obstacles: readonly string[];
  readonly changelog: string;
}

const form = /^(\d+)\.(\d+)\.(\d+)(?:-([a-z]+)\.(\d+))?$/;
const unreleased = /^## Unreleased\n/m;

export function planRelease({ version, current, changelog, uncommitted, date }: ReleaseInput): ReleasePlan {
  const obstacles: string[] = [];
  if (!form.test(version)) obstacles.push(`"${version}" is no version such as 1.2.3 or 1.2.3-beta.1`);
  else if (!isNewer(version, current))
    obstacles.push(`${version} is not newer than ${current}, which package.json has`);
  if (changelog.includes(`\n## ${version} `)) obstacles.push(`CHANGELOG.md has a section ${version} already`);
  if (entries(changelog) === 0) obstacles.push("CHANGELOG.md has no entry below Unreleased: what is new?");
  if (uncommitted.length > 0) obstacles.push(`these changes are not committed: ${uncommitted.join(", ")}`);
  return { obstacles, changelog: changelog.replace(unreleased, `## Unreleased\n\n## ${version} - ${date}\n`) };
}

/** Those of the next release. */
function entries(changelog: string): number {
  const [, section = ""] = changelog.split(unreleased);
  const [own = ""] = section.split(/^## /m);
  return own.match(/^- /gm)?.length ?? 0;
}

/** By Semantic Versioning: 1.0.0-alpha.2 < 1.0.0-beta.1 < 1.0.0. */
function isNewer(version: string, current: string): boolean {
  const [a, b] = [parts(version), parts(current)];
  for (const [index, mine] of a.entries()) {
    const other = b[index] ?? 0;
    if (mine !== other) return mine > other;
  }
  return false;
}

function parts(version: string): (string | number)[] {
  const [, major, minor, patch, stage = "release", number = 0] = form.exec(version) ?? [];
  return [Number(major), Number(minor), Number(patch), stage, Number(number)];
}
