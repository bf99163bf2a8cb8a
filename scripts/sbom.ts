// npm run sbom: dist/sbom.cdx.json, which says what is in the package, and dist/licences.txt, under which terms.

import { mkdir, writeFile } from "node:fs/promises";
import { billOfMaterials, NoBillOfMaterials } from "./lib/bill-of-materials.ts";
import { bundledPackages, licenceText } from "./lib/bundled-packages.ts";

await mkdir("dist", { recursive: true });
try {
  await writeFile("dist/sbom.cdx.json", `${JSON.stringify(await billOfMaterials(), null, 2)}\n`);
} catch (error) {
  if (!(error instanceof NoBillOfMaterials)) throw error;
  console.error(`The package gets no bill of materials: ${error.message}.`);
}

/** Packages that are there in several places count once. */
const texts = new Map(
  (await bundledPackages()).map(({ name, version, licence, author, directory }) => [
    `${name} ${version}`,
    licenceText(directory) ?? `${licence}${author === undefined ? "" : `, by ${author}`}`,
  ]),
);
const sections = [...texts].map(([title, text]) => `${title}\n${"-".repeat(title.length)}\n\n${text}\n`);
await writeFile("dist/licences.txt", `The programs contain these packages.\n\n${sections.join("\n\n")}`);
