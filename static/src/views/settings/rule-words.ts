// What a filter can look at and do, with its name for people and a sentence for the whole rule.
import type { ActionType, Condition, Rule, RuleAction, TextOp } from '../../api/account.ts';
import { t } from '../../core/i18n.ts';
import { labelOf } from '../../store/labels.ts';
import { folders } from '../../store/folders.ts';
import { folderTitle } from './rule-folders.ts';

export const FIELDS = ['from', 'to', 'cc', 'recipient', 'subject', 'list', 'body', 'header', 'size', 'attachment'] as const;
export const TEXT_OPS: TextOp[] = ['contains', 'not_contains', 'is', 'is_not', 'begins', 'ends'];
export const ACTIONS: ActionType[] = ['move', 'copy', 'label', 'read', 'star', 'forward', 'keep', 'discard'];
/** Extensions of the server that a field or an action needs. */
const FLAGS = 'imap4flags';
export const NEEDS: Record<string, string> = { body: 'body', move: 'fileinto', copy: 'copy', label: FLAGS, read: FLAGS, star: FLAGS, forward: 'copy' };

export const key = (word: string): string => word.replaceAll('_', '-');
export const fieldOf = (c: Condition): string => (c.field.startsWith('header:') ? 'header' : c.field);
export function opsOf(field: string): Condition['op'][] {
  return field === 'size' ? ['over', 'under'] : field === 'attachment' ? ['yes', 'no'] : TEXT_OPS;
}
export const takesValue = (a: ActionType): boolean => ['move', 'copy', 'label', 'forward'].includes(a);

export function freshRule(): Rule {
  return { name: '', enabled: true, match: 'all', conditions: [{ field: 'from', op: 'contains', value: '' }], actions: [{ type: 'move', value: '' }], stop: false };
}

/** The condition with another field: what does not fit any more begins anew. */
export function withField(c: Condition, field: string): Condition {
  if (field === 'size') return { field, op: 'over', value: 1000 };
  if (field === 'attachment') return { field, op: 'yes' };
  const op = TEXT_OPS.includes(c.op as TextOp) ? c.op : 'contains';
  return { field: field === 'header' ? 'header:' : field, op, value: typeof c.value === 'string' ? c.value : '' };
}

function conditionWords(c: Condition): string {
  const field = fieldOf(c);
  const name = field === 'header' ? c.field.slice(7) : t(`rule-field-${field}`);
  if (field === 'attachment') return t(`rule-attachment-${c.op}`);
  if (field === 'size') return t('rule-words-size', { op: t(`rule-op-${c.op}`), n: Number(c.value) });
  return t('rule-words-condition', { field: name, op: t(`rule-op-${key(c.op)}`), value: String(c.value ?? '') });
}

function actionWords(a: RuleAction): string {
  const value = a.type === 'label' ? labelOf(a.value ?? '').name : a.type === 'move' || a.type === 'copy' ? folderTitle(a.value ?? '', folders.value) : a.value ?? '';
  return takesValue(a.type) ? t(`rule-words-${a.type}`, { value }) : t(`rule-action-${a.type}`);
}

/** "If from contains “x” and …: move to “y”, mark as read" */
export function ruleWords(r: Rule): string {
  const conditions = r.conditions.map(conditionWords).join(` ${t(r.match === 'any' ? 'rule-or' : 'rule-and')} `);
  const actions = [...r.actions.map(actionWords), ...(r.stop ? [t('rule-words-stop')] : [])].join(', ');
  return r.conditions.length ? t('rule-words', { conditions, actions }) : t('rule-words-always', { actions });
}

/** A list with one item somewhere else. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, i) => i !== from);
  const item = list[from];
  return item === undefined || to < 0 || to > rest.length ? [...list] : rest.toSpliced(to, 0, item);
}
