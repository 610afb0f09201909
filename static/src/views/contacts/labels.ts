// Labels of addresses: words that other programs know stand in the language of the page; what is one's own stays.
import { foreign } from '../../core/foreign.ts';
import { t } from '../../core/i18n.ts';

export const LABELS = ['work', 'home', 'other'];
export function labelWord(label: string): string { return LABELS.includes(label.toLowerCase()) ? t(`label-${label.toLowerCase()}`) : foreign(label, 60); }
export function labelOf(word: string): string { return LABELS.find((l) => t(`label-${l}`).toLowerCase() === word.trim().toLowerCase()) ?? word; }
