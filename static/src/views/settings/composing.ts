// Settings: how mail is written and sent.
import '../../core/shared.ts';
import { define } from '../../core/element.ts';
import { t } from '../../core/i18n.ts';
import { html } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { settings } from '../../store/session.ts';
import { WxSection } from './section.ts';

const DELAYS = [0, 5, 10, 20, 30];

export class WxComposingSection extends WxSection {
  override render(): TemplateResult {
    const now = settings.value.composing.undo_seconds;
    return html`<h1>${t('settings-composing')}</h1>
      ${this.choice('undo', t('set-undo'), String(now), [...new Set([...DELAYS, now])].toSorted((a, b) => a - b).map((n) => ({ value: String(n), title: n === 0 ? t('set-undo-off') : t('set-seconds', { n }) })),
        (v) => void this.change('undo', { composing: { undo_seconds: Number(v) } }), t('set-undo-hint'))}`;
  }
}
define('wx-settings-composing', WxComposingSection);
