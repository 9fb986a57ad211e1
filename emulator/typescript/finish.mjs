// Finishes the CommonJS build: its types are those of the other one, and the package itself says that its files are ES
// modules, so Node has to be told which of the two is not.
import { cpSync, readdirSync, writeFileSync } from "node:fs";

const [esm, cjs] = ["dist/esm/", "dist/cjs/"].map((folder) => new URL(folder, import.meta.url));
for (const name of readdirSync(esm).filter((each) => each.endsWith(".d.ts") && each !== "vitest.d.ts")) {
  cpSync(new URL(name, esm), new URL(name, cjs));
}
writeFileSync(new URL("package.json", cjs), '{ "type": "commonjs" }\n');
