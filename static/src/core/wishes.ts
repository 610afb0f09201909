// What a writer may ask for beside the text: priority, a receipt, delivery reports.
export type Priority = 'high' | 'normal' | 'low';
export type Report = 'success' | 'failure' | 'delay';
export interface Wishes { priority: Priority; receipt: boolean; dsn: readonly Report[] }

export const NO_WISHES: Wishes = { priority: 'normal', receipt: false, dsn: [] };
export const REPORTS: readonly Report[] = ['success', 'delay', 'failure'];

/** Our own lines in the outer header of a draft (docs/PLAN.md). */
export function draftWishes(head: string): Wishes {
  const priority = /^X-Waxseal-Priority:[ \t]*(high|low)[ \t]*\r?$/im.exec(head)?.[1]?.toLowerCase() as Priority | undefined;
  const words = /^X-Waxseal-DSN:[ \t]*([a-z,]*)[ \t]*\r?$/im.exec(head)?.[1]?.toLowerCase().split(',') ?? [];
  return { priority: priority ?? 'normal', receipt: /^X-Waxseal-Receipt:[ \t]*yes[ \t]*\r?$/im.test(head), dsn: REPORTS.filter((r) => words.includes(r)) };
}

/** The header fields that a priority becomes, by their lower-case names. */
export function priorityFields(p: Priority | undefined): { 'x-priority': string | undefined; importance: string | undefined } {
  const number = p === 'high' ? '1' : p === 'low' ? '5' : undefined;
  return { 'x-priority': number, importance: number === undefined ? undefined : p };
}

/** What a message asks for once a template was put into it: nothing that was asked for before is taken off. */
export function withTemplate(now: Wishes, x: Partial<Wishes>): Wishes {
  return {
    priority: now.priority === 'normal' ? x.priority ?? 'normal' : now.priority, receipt: now.receipt || x.receipt === true,
    dsn: REPORTS.filter((r) => now.dsn.includes(r) || x.dsn?.includes(r)),
  };
}
