// Every state of every screen: axe finds nothing in any look, nothing is wider than the window, and Tab reaches every control
// and each is seen when it is reached.
import { expect, test } from './lab.mjs';
import { faults } from './faults.mjs';
import { STATES } from './states.mjs';

// Nothing here is about what is kept for the time without a network.
test.use({ serviceWorkers: 'block' });

for (const [screen, states] of Object.entries(STATES)) {
  for (const [name, reach] of Object.entries(states)) {
    test(`${screen}: ${name}`, async ({ page, gateway, cognito, mosquitto, expectError }) => {
      await reach({ page, gateway, cognito, mosquitto, expectError });
      expect(await faults(page)).toEqual([]);
    });
  }
}
