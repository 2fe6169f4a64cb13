// Figures, no judgement: the speed of the policy engine natively, and what the first load of the page weighs.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bench = spawnSync("cargo", ["bench", "--quiet", "--bench", "engine"], { cwd: root, stdio: "inherit" });

const dist = `${root}/dist`;
if (existsSync(dist)) {
  console.log(`\n${"first load".padEnd(44)}${"raw".padStart(10)}${"gzip".padStart(10)}${"brotli".padStart(10)}`);
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  let total = 0;
  for (const entry of files) {
    const bytes = readFileSync(`${entry.parentPath}/${entry.name}`);
    const brotli = brotliCompressSync(bytes).length;
    total += brotli;
    const sizes = [bytes.length, gzipSync(bytes, { level: 9 }).length, brotli];
    console.log(entry.name.padEnd(44) + sizes.map((size) => String(size).padStart(10)).join(""));
  }
  console.log(`${"in all".padEnd(64)}${String(total).padStart(10)}`);
} else {
  console.log("\nno dist/ here: `make build` makes the page, then its sizes are printed too");
}
process.exit(bench.status ?? 1);
