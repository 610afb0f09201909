// Which rows of a list of fixed-height rows are near the window. Pure, so that it can be tested.
export function windowOf(top: number, height: number, row: number, total: number, over: number): { from: number; to: number } {
  const first = Math.floor(Math.max(0, top) / row);
  const last = Math.ceil((Math.max(0, top) + height) / row);
  const to = Math.min(total, last + over);
  return { from: Math.max(0, Math.min(first - over, to)), to };
}
