// Figures, no judgement: the speed of the policy engine natively, and what the first load of the page weighs.
import { spawnSync } from 'node:child_process';
import { firstLoad } from '../first-load.mjs';

const bench = spawnSync('cargo', ['bench', '--quiet', '--bench', 'engine'], { stdio: 'inherit' });
console.log('');
firstLoad();
process.exit(bench.status ?? 1);
