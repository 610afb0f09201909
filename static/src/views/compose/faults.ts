// Before a message goes: all that must be mended in it at once, and all that may have been forgotten in one question.
import type { Address } from '../../api/types.ts';
import { isAddress } from '../../core/address.ts';
import { shownAddress } from '../../core/idn.ts';
import { language, t } from '../../core/i18n.ts';
import { promisedFile } from '../../core/own-text.ts';
import { FIELDS_IN_ORDER } from '../../core/recipients.ts';
import type { Field } from '../../core/recipients.ts';
import { overfull } from '../../store/attach.ts';
import type { Composer } from '../../store/compose.ts';
import { confirm } from '../../store/ui.ts';
import { faultWords } from './chips.ts';
import type { WxChips } from './chips.ts';
import { MOST_RECIPIENTS } from './recipients.ts';

/** So many are named, the rest is counted. */
const NAMED = 5;
interface Place { field: Field | 'reply'; at: number; who: Address }

function badOnes(c: Composer): Place[] {
  const all: [Field | 'reply', readonly Address[]][] = [...FIELDS_IN_ORDER.map((f): [Field, readonly Address[]] => [f, c[f].value]), ['reply', c.replyTo.value ?? []]];
  return all.flatMap(([field, list]) => list.map((who, at) => ({ field, at, who })).filter((x) => !isAddress(x.who.address)));
}

function badWords(bad: readonly Place[]): string {
  const text = (a: Address): string => shownAddress(a.address) || a.name;
  const [one] = bad;
  if (!one) return '';
  if (bad.length === 1) return `${t('send-bad-address', { address: text(one.who) })} ${faultWords(one.who)}`;
  const names = bad.slice(0, NAMED).map((x) => t('send-bad-one', { address: text(x.who) }));
  if (bad.length > NAMED) names.push(t('and-more', { n: bad.length - NAMED }));
  return t('send-bad-addresses', { n: bad.length, list: new Intl.ListFormat(language.value, { type: 'conjunction' }).format(names) });
}

/** What must be mended before sending, a sentence each; none when all is well. */
export function faults(c: Composer): string[] {
  if (c.start.apart) return []; // was asked for the whole of it
  const n = c.everyone.length;
  return [
    n === 0 ? t('send-no-recipient') : '',
    badWords(badOnes(c)),
    n > MOST_RECIPIENTS ? t('recipients-too-many', { n, most: MOST_RECIPIENTS }) : '',
    overfull(c),
    n > 0 && c.wishes.value.receipt && c.to.value.length + c.cc.value.length === 0 ? t('receipt-blind-only') : '',
  ].filter(Boolean);
}

/** To the first recipient that is to be mended, or to where one is missing. */
export async function focusFault(c: Composer, window: HTMLElement): Promise<void> {
  const bad = badOnes(c)[0];
  const field = window.querySelector<WxChips>(`wx-chips[data-field="${bad?.field ?? 'to'}"]`);
  if (!field || (!bad && c.everyone.length)) return;
  await field.updateComplete;
  if (bad) field.goTo(bad.at); else field.input.focus();
}

/** The word that promises a file where none goes; '' otherwise. */
async function promised(c: Composer): Promise<string> {
  if (c.files.value.length) return '';
  const body = c.rich.value && c.readBody ? await c.readBody() : null;
  return body?.images.length ? '' : promisedFile(body ? body.text : c.plain, c.start.intro);
}

/** What the person may have forgotten is asked, all of it together. False: they go on writing. */
export async function nothingForgotten(c: Composer): Promise<boolean> {
  if (c.start.apart) return true;
  const subject = c.subject.value.trim() !== '';
  const word = await promised(c);
  if (subject && !word) return true;
  const title = subject ? 'send-no-file-title' : word ? 'send-no-both-title' : 'send-no-subject-title';
  const text = [subject ? '' : t('send-no-subject-text'), word ? t('send-no-file-text', { word }) : ''].filter(Boolean).join(' ');
  return confirm({ title: t(title), text, action: t('send-anyway') });
}
