// The browser of tests, benchmarks and pictures: the system's own where there is one; else the one that `npx playwright install chromium` brings.
import { existsSync } from 'node:fs'

const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

/** Among Playwright's options of a launch. */
export const installed: { readonly executablePath?: string } = found === undefined ? {} : { executablePath: found }
