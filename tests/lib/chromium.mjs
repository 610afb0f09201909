// Which Chromium. The headless shell is the same engine without the windows, bars and pages of its own that nobody sees
// in a test: half the processor time for each person. CHROMIUM names another one.
import { existsSync } from 'node:fs';

const SHELL = '/usr/bin/chromium-headless-shell';
export const WHOLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const CHROMIUM = process.env.CHROMIUM ?? (existsSync(SHELL) ? SHELL : WHOLE);
