// The bill of materials of the package, in CycloneDX's form: what its programs hold, and what npm installs beside them.

import { spawnSync } from "node:child_process";
import Database from "better-sqlite3";
import { bundledPackages } from "./bundled-packages.ts";

export interface BillOfMaterials {
  readonly bomFormat: "CycloneDX";
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
}

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly unknown[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

const ofDevelopment = "cdx:npm:package:development";

/** The same for the same package-lock.json: without the date and the number that npm gives to each. */
export async function billOfMaterials(): Promise<BillOfMaterials> {
  const { bomFormat, specVersion, metadata, components, dependencies } = listedByNpm();
  const bundled = new Set((await bundledPackages()).map(({ name, version }) => `${name}@${version}`));
  const isShipped = (one: Component): boolean => bundled.has(one["bom-ref"]) || !isForDevelopment(one);
  // Bundled packages are devDependencies, which says how they get into the package and not what they are for.
  const shipped = components.filter(isShipped).map((one) => ({
    ...one,
    properties: (one.properties ?? []).filter(({ name }) => name !== ofDevelopment),
  }));
  const { component } = metadata;
  const refs = new Set([component, ...shipped, sqlite()].map((one) => one["bom-ref"]));
  return {
    bomFormat,
    specVersion,
    metadata: { component: { ...component, name: "interimap" } },
    components: [...shipped, sqlite()],
    dependencies: dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({
        ref,
        dependsOn: [
          ...dependsOn.filter((one) => refs.has(one)),
          ...(ref.startsWith("better-sqlite3@") ? [sqlite()["bom-ref"]] : []),
        ],
      })),
  };
}

function listedByNpm(): BillOfMaterials {
  const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"];
  const { stdout, stderr } = spawnSync("npm", args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  // npm 9, as Debian 13 has it.
  if (stdout.startsWith("Unknown command")) throw new NoBillOfMaterials("this npm has no command sbom; npm 10 has it");
  if (!stdout.startsWith("{")) throw new Error(`npm ${args.join(" ")} failed: ${stderr}`);
  return JSON.parse(stdout) as BillOfMaterials;
}

export class NoBillOfMaterials extends Error {}

function isForDevelopment({ properties = [] }: Component): boolean {
  return properties.some(({ name, value }) => name === ofDevelopment && value === "true");
}

/** Its source is part of better-sqlite3. */
function sqlite(): Component {
  const database = new Database(":memory:");
  const version = database.prepare("SELECT sqlite_version()").pluck().get() as string;
  database.close();
  const described = { type: "library", purl: `pkg:generic/sqlite@${version}` };
  return {
    ...described,
    "bom-ref": `sqlite@${version}`,
    name: "sqlite",
    version,
    licenses: [{ license: { id: "blessing" } }],
  };
}
