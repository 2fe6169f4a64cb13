// Runs every stage of `make test` in order, shows its output as it comes, and ends with one line
// that adds up all the tests: `N passed, N failed`. A check counts as one; a stage of tests that ran none has failed.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { firstLoad } from './first-load.mjs';

const WASM = ['--target', 'wasm32-unknown-unknown'];
/** The first load must stay below this, in bytes of brotli, the editor that arrives later included. */
const FIRST_LOAD_LIMIT = 450_000;

const check = (name, ...command) => ({ name, work: () => run(...command), count: ({ ok }) => (ok ? [1, 0] : [0, 1]) });
const tests = (name, ...command) => ({ name, work: () => run(...command), count: countTests });

const page = check('page', 'trunk', ['build', '--release']);
const stages = process.argv.includes('--soak')
  ? [
      tests('soak, native', 'cargo', ['test', '--profile', 'bench', '--test', 'hostile', '--test', 'hostile_broker', '--', '--nocapture'], { SOAK: '1' }),
      page,
      { ...tests('soak, hidden tab', 'playwright', ['test', 'hidden'], { SOAK: '1' }), needs: page },
    ]
  : [
      check('format', 'cargo', ['fmt', '--check']),
      check('clippy, native', 'cargo', ['clippy', '--all-targets', '--locked', '--', '-D', 'warnings']),
      check('clippy, wasm', 'cargo', ['clippy', '--all-targets', '--locked', ...WASM, '--', '-D', 'warnings']),
      check('documentation', 'cargo', ['doc', '--no-deps', '--lib', '--locked'], { RUSTDOCFLAGS: '-D warnings' }),
      tests('native tests', 'cargo', ['test', '--locked']),
      tests('wasm tests', 'cargo', ['test', '--locked', '--test', 'browser', ...WASM]),
      tests('gateway tests', 'node', ['--test', '--test-reporter=tap', '--test-timeout=300000', 'tests/gateway/']),
      page,
      { ...check('first load'), work: measureFirstLoad, needs: page },
      { ...tests('end-to-end tests', 'playwright', ['test']), needs: page },
    ];

// What is tested is the page of this run; one of an earlier run proves nothing.
if (stages.includes(page)) rmSync('dist', { recursive: true, force: true });
const total = { passed: 0, failed: 0, flaky: 0 };
for (const stage of stages) {
  const start = performance.now();
  console.log(`\n== ${stage.name}`);
  const result = stage.needs?.ok === false ? { ok: false, output: '' } : await stage.work();
  if (stage.needs?.ok === false) console.log(`not run: ${stage.needs.name} failed`);
  stage.ok = result.ok;
  const [passed, failed, flaky = 0] = stage.count(result);
  total.passed += passed;
  total.failed += failed;
  total.flaky += flaky;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`== ${stage.name}: ${passed} passed, ${failed} failed, ${seconds} s`);
}
if (total.flaky > 0) console.log(`\n${total.flaky} passed only when run again: "flaky" above names them`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const [stream, sink] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output += text;
        sink.write(text);
      });
    }
    child.on('error', (error) => {
      console.error(String(error));
      resolve({ ok: false, output });
    });
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** [passed, failed, and how many of the passed only when run again] by what cargo test, the wasm-bindgen runner, node's runner (TAP) and Playwright print at their end. */
function countTests({ ok, output }) {
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const flaky = sum(/^ {2}(\d+) flaky$/gm);
  const passed = sum(/^test result: .*? (\d+) passed/gm) + sum(/^# pass (\d+)/gm) + sum(/^ {2}(\d+) passed \(/gm) + flaky;
  const failed = sum(/^test result: .*? (\d+) failed/gm) + sum(/^# (?:fail|cancelled) (\d+)/gm)
    + sum(/^ {2}(\d+) (?:failed|interrupted|did not run)$/gm);
  // A runner that breaks down, or finds nothing to run, is one failure.
  return [passed, failed === 0 && (!ok || passed === 0) ? 1 : failed, flaky];
}

function measureFirstLoad() {
  const bytes = firstLoad();
  console.log(`at most ${FIRST_LOAD_LIMIT} bytes of brotli are allowed`);
  return { ok: bytes !== null && bytes <= FIRST_LOAD_LIMIT, output: '' };
}
