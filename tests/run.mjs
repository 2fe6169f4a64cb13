// Runs every stage of `make test` in order, shows its output as it comes, and ends with one line
// that adds up all the tests: `N passed, N failed`. A check without tests of its own counts as one.
import { spawn } from "node:child_process";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const WASM = ["--target", "wasm32-unknown-unknown"];
/** The first load must stay below this, in bytes of brotli, the editor that arrives later included. */
const FIRST_LOAD_LIMIT = 450_000;

const soak = process.argv.includes("--soak");
const stages = soak
  ? [["soak, native", "cargo", ["test", "--release", "--test", "hostile", "--", "--nocapture"], { SOAK: "1" }]]
  : [
      ["format", "cargo", ["fmt", "--check"]],
      ["clippy, native", "cargo", ["clippy", "--all-targets", "--locked", "--", "-D", "warnings"]],
      ["clippy, wasm", "cargo", ["clippy", "--all-targets", "--locked", ...WASM, "--", "-D", "warnings"]],
      ["documentation", "cargo", ["doc", "--no-deps", "--lib", "--locked"], { RUSTDOCFLAGS: "-D warnings" }],
      ["native tests", "cargo", ["test", "--locked"]],
      ["wasm tests", "cargo", ["test", "--locked", "--test", "browser", ...WASM]],
      ["gateway tests", "node", ["--test", "--test-reporter=tap", "tests/gateway/"]],
      ["page", "trunk", ["build", "--release"]],
      ["first load", measureFirstLoad],
      ["end-to-end tests", "playwright", ["test"]],
    ];

const count = { passed: 0, failed: 0 };
for (const [name, command, args, env] of stages) {
  const start = performance.now();
  console.log(`\n== ${name}`);
  const { ok, output } = typeof command === "function" ? command() : await run(command, args, env);
  const tests = readCounts(output);
  if (tests.passed + tests.failed === 0) tests[ok ? "passed" : "failed"] = 1;
  if (!ok && tests.failed === 0) tests.failed = 1;
  count.passed += tests.passed;
  count.failed += tests.failed;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`== ${name}: ${tests.passed} passed, ${tests.failed} failed, ${seconds} s`);
}
console.log(`\n${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const [stream, sink] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
        sink.write(text);
      });
    }
    child.on("error", (error) => resolve({ ok: false, output: String(error) }));
    child.on("close", (code) => resolve({ ok: code === 0, output }));
  });
}

/** Adds up what cargo test, the wasm-bindgen runner, node's runner (TAP) and Playwright print at their end. */
function readCounts(output) {
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  return {
    passed: sum(/^test result: .*? (\d+) passed/gm) + sum(/^# pass (\d+)/gm) + sum(/^ {2}(\d+) passed \(/gm),
    failed: sum(/^test result: .*? (\d+) failed/gm) + sum(/^# fail (\d+)/gm) + sum(/^ {2}(\d+) failed$/gm),
  };
}

function measureFirstLoad() {
  let total = 0;
  const files = readdirSync("dist", { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const entry of files) {
    const bytes = readFileSync(join(entry.parentPath ?? entry.path, entry.name));
    const brotli = brotliCompressSync(bytes).length;
    total += brotli;
    console.log(`${String(bytes.length).padStart(9)} raw ${String(gzipSync(bytes, { level: 9 }).length).padStart(9)} gzip ${String(brotli).padStart(9)} brotli  ${entry.name}`);
  }
  console.log(`first load: ${total} bytes brotli of at most ${FIRST_LOAD_LIMIT}`);
  return { ok: total <= FIRST_LOAD_LIMIT, output: "" };
}
