// Where a list was left, kept with the entry of the browser's history: Back and reload lead to the same row.
export interface Place { position: number; offset: number; uid: number }

export function recalled(): Place | null {
  const at = (history.state as { at?: Partial<Place> } | null)?.at;
  return at && Number.isInteger(at.position) && Number.isFinite(at.offset) && Number.isInteger(at.uid) ? (at as Place) : null;
}
export function remember(at: Place | null): void {
  const { at: before, ...rest } = (history.state ?? {}) as { at?: Place };
  if (at ? before?.uid !== at.uid || before.position !== at.position || before.offset !== at.offset : before) history.replaceState(at ? { ...rest, at } : rest, '');
}
