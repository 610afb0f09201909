// Leaving a mailing list (RFC 2369, RFC 8058): never without a word of the person, and said what will happen.
import '../../core/shared.ts';
import { sentence } from '../../api/client.ts';
import { unsubscribe } from '../../api/reading.ts';
import type { Message, MessageRef } from '../../api/types.ts';
import { foreign } from '../../core/foreign.ts';
import { nameOf } from '../../core/format.ts';
import { t } from '../../core/i18n.ts';
import { toast } from '../../store/toasts.ts';
import { confirm } from '../../store/ui.ts';
import { composeTo } from '../../app/compose.ts';

export async function askUnsubscribe(ref: MessageRef, m: Message): Promise<void> {
  const u = m.unsubscribe;
  if (!u) return;
  const title = t('unsubscribe-title', { name: foreign(nameOf(m.headers.from[0]), 80) });
  if (u.one_click) {
    if (!(await confirm({ title, text: t('unsubscribe-one-click', { host: foreign(u.host, 120) }), action: t('unsubscribe') }))) return;
    try {
      const { done, status } = await unsubscribe(ref);
      toast(done ? t('unsubscribe-done') : t('unsubscribe-refused', { status: status ?? 0 }), done ? {} : { kind: 'bad' });
    } catch (error) { toast(sentence(error), { kind: 'bad' }); }
  } else if (u.mailto) {
    if (await confirm({ title, text: t('unsubscribe-mail', { address: foreign(u.address, 120) }), action: t('unsubscribe-write') })) await composeTo(u.mailto);
  } else if (u.url && /^https?:\/\//i.test(u.url)) {
    if (await confirm({ title, text: t(u.https ? 'unsubscribe-page' : 'unsubscribe-page-open', { host: foreign(u.host, 120) }), action: t('unsubscribe-visit') })) window.open(u.url, '_blank', 'noopener,noreferrer');
  }
}
