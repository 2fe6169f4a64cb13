// End-to-end tests in Debian's Chromium, or the one that CHROMIUM names. What they share stands in tests/e2e/lab.mjs.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '*.spec.mjs',
  outputDir: 'test-results',
  reporter: 'list',
  // Generous: a busy machine is no failure. Nothing here waits for time to pass.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // Where nobody watches, once more, and the summary tells; by hand a test that passes only sometimes has failed.
  retries: process.env.CI ? 1 : 0,
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  use: {
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
      args: [
        '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync',
      ],
    },
  },
});
