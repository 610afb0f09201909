// Opens the composer; its code is loaded with the first use.
import { sentence } from '../api/client.ts';
import { toast } from '../store/toasts.ts';

export type ComposeKind = 'new' | 'reply' | 'reply-all' | 'forward' | 'draft';

export async function compose(kind: ComposeKind): Promise<void> {
  try {
    const part = await import('../views/compose/open.ts');
    await part.openComposer(kind);
  } catch (error) {
    toast(sentence(error), { kind: 'bad' });
  }
}

/** A mailto: link: to, cc, bcc, subject, body; never an attachment. */
export async function composeTo(href: string): Promise<void> {
  try {
    const part = await import('../views/compose/open.ts');
    await part.openMailto(href);
  } catch (error) {
    toast(sentence(error), { kind: 'bad' });
  }
}
