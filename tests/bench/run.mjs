// Figures, no judgement: the speed of the policy engine, of the simulated broker and of the whole simulated world natively,
// the engine's and the page's in a browser, and what the first load weighs. `node tests/bench/run.mjs z s 3` measures the engine
// in the browser at these optimisation levels too.
import { spawnSync } from 'node:child_process';
import { firstLoad } from '../first-load.mjs';
import { browserFigures, shippedLevel } from './browser.mjs';
import { mqttFigures } from './mqtt/run.mjs';

const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

console.log('native');
run('cargo', 'bench', '--quiet', '--bench', 'engine', '--bench', 'broker', '--bench', 'simulation', '--bench', 'log');
run('trunk', 'build', '--release', '--log', 'error');
await browserFigures([...new Set([shippedLevel(), ...process.argv.slice(2)])]);
await mqttFigures();
console.log('');
firstLoad();
