import path from 'node:path'
import { defineConfig } from 'playwright/test'

const root = path.join(import.meta.dirname, '..', '..')

/** The built app in a real browser, served as people serve it. One worker: the stories start a server each. */
export default defineConfig({
  testDir: import.meta.dirname,
  testMatch: '*.e2e.ts',
  outputDir: path.join(root, 'test-results', 'e2e'),
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['line']],
  use: {
    viewport: { width: 1280, height: 800 },
    // A trace makes every story half as slow again, so it is taken only where somebody looks for a cause.
    trace: process.env['STEELYARD_TRACE'] === '1' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['STEELYARD_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
})
