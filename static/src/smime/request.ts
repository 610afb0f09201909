// The request for a certificate (PKCS#10), to be shown, copied and saved.
import { t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { me } from '../store/session.ts';
import { toast } from '../store/toasts.ts';
import { saveBlob } from '../views/reader/save.ts';
import { pemOf, requestFileName } from './keys.ts';

const LABEL = 'CERTIFICATE REQUEST';

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(t('smime-request-copied'));
  } catch { toast(t('smime-request-not-copied'), { kind: 'bad' }); }
}

export function requestActions(base64: string, show: boolean): TemplateResult {
  const pem = pemOf(base64, LABEL);
  return html`${show ? html`<textarea class="textarea mono request-text" readonly rows="8" spellcheck="false" aria-label=${t('smime-request')} .value=${pem} @focus=${(e: Event) => (e.target as HTMLTextAreaElement).select()}></textarea>` : nothing}
    <div class="button-row"><button type="button" class="button button-small request-save" @click=${() => saveBlob(new Blob([pem]), requestFileName(me.value.address))}>${icon('download')}${t('smime-request-save')}</button>
      <button type="button" class="button button-small" @click=${() => void copy(pem)}>${icon('copy')}${t('smime-request-copy')}</button></div>`;
}
