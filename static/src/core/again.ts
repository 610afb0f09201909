// How long to wait before a question that had no answer is asked again by itself.
const PAUSES_MS = [5_000, 15_000, 30_000, 60_000];

/** tries: how many in a row had none before this one. */
export function againAfter(tries: number): number { return PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]!; }
