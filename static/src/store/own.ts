// What a person does in this tab, for the other tabs of the browser to show at once (store/live.ts carries it).

export interface Own {
  folder: string;
  uidvalidity: number;
  uids: number[];
  /** Flags that were set and cleared; absent: the messages went. */
  add?: string[];
  remove?: string[];
  /** The server refused what was told before: it is as it was. */
  refused?: true;
  /** By how much the folder's numbers changed. */
  unread: number;
  total: number;
}
export const ownHooks: ((o: Own) => void)[] = [];
export function did(o: Own): void { for (const f of ownHooks) f(o); }
