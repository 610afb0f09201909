// What is done to several people at once: write to all of them, remove them.
import { sentence } from '../../api/client.ts';
import * as api from '../../api/contacts.ts';
import type { Contact } from '../../api/types.ts';
import { composeTo } from '../../app/compose.ts';
import { t } from '../../core/i18n.ts';
import { go, route } from '../../core/router.ts';
import * as people from '../../store/people.ts';
import { smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { confirm } from '../../store/ui.ts';
import { offer, underway } from '../../store/undo.ts';
import { inSteps, madeAgain } from './steps.ts';

/** As a message takes them. */
const MOST_WRITTEN = 500;
/** Each is a request, and Undo holds them. */
const MOST_REMOVED = 100;

/** To the first address of each. */
export async function writeTo(list: readonly Contact[]): Promise<void> {
  if (list.length > MOST_WRITTEN) { toast(t('people-write-many', { n: MOST_WRITTEN }), { kind: 'bad' }); return; }
  const to = list.flatMap((c) => (c.addresses[0] ? [encodeURIComponent(c.addresses[0].address)] : []));
  people.clearChosen();
  await composeTo(`mailto:${to.join(',')}`);
}

export interface Gone { whole: Contact; photo: Blob | null }

/** Undo, as often as it takes. */
export function bringingBack(gone: readonly Gone[]): () => Promise<void> {
  return inSteps([], gone.map(({ whole, photo }) => madeAgain(whole, photo)), () => Promise.all([people.refresh(), people.loadGroups()]));
}

async function drop(all: readonly Contact[], asked: boolean): Promise<void> {
  const gone: Gone[] = [];
  try {
    for (const whole of all) {
      const photo = !asked && whole.photo ? await api.getPhoto(whole.id) : null;
      await api.dropPerson(whole.id);
      gone.push({ whole, photo });
    }
  } finally {
    // Also where it broke off: who is gone can be taken back.
    const text = t('people-removed', { n: gone.length });
    if (gone.length && asked) toast(text);
    else if (gone.length) offer(text, bringingBack(gone));
  }
}

/** Undone as one is; where certificates would be lost that cannot be written back, it is asked before instead. */
export async function removePeople(ids: readonly string[]): Promise<void> {
  if (ids.length > MOST_REMOVED) { toast(t('people-remove-many', { n: MOST_REMOVED }), { kind: 'bad' }); return; }
  try {
    const all = await Promise.all(ids.map((id) => api.getPerson(id)));
    const n = all.length, certificates = all.reduce((sum, c) => sum + c.certificates.length, 0);
    const asks = certificates > 0 || !smimeOn.value;
    if (asks && !(await confirm({ title: t('people-remove-title', { n }), text: certificates ? t('people-remove-certificates', { n: certificates }) : t('people-remove-plain'), action: t('people-remove-do', { n }), danger: true }))) return;
    people.clearChosen();
    await underway(() => drop(all, asks)).finally(() => {
      const r = route.peek();
      if (r.page === 'contacts' && r.id && ids.includes(r.id)) go({ page: 'contacts', id: null }, { replace: true });
      void people.refresh();
      people.loadGroups().catch(() => undefined);
    });
  } catch (error) { toast(sentence(error), { kind: 'bad' }); }
}
