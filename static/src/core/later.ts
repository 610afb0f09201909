// What the first picture does not need has its turn after it, however long that takes: no part of the first load.
let stands: () => void;
const first = new Promise<void>((resolve) => { stands = resolve; });

/** The list (or whatever page was asked for) is on the screen. */
export function firstPictureStands(): void { stands(); }

/** Runs some time after the first picture stands. */
export function later(ms: number, run: () => void): void { void first.then(() => setTimeout(run, ms)); }
