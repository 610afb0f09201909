// What only the palette offers: appearance, language, the sections of the settings and what is found in them; and the other words
// that people have for commands.
import type { SettingsPatch, Theme } from '../../api/types.ts';
import { sentence } from '../../api/client.ts';
import type { Command } from '../../core/commands.ts';
import { LANGUAGES, t } from '../../core/i18n.ts';
import { go } from '../../core/router.ts';
import { changeSettings, settings, smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';

/** words: what it is found by, besides its name. */
export interface Offer extends Command { words: string }

const WORDS: Readonly<Record<string, string>> = {
  'app.signout': 'signout', 'app.shortcuts': 'shortcuts', 'app.settings': 'settings', 'compose.new': 'compose', 'go.search': 'search', 'go.contacts': 'contacts', 'list.refresh': 'refresh',
  'message.delete': 'delete', 'message.junk': 'junk', 'message.flag': 'flag', 'message.label': 'label', 'message.archive': 'archive', 'message.print': 'print', 'message.source': 'source',
};
/** Other words for a command of the table. */
export function wordsOf(id: string): string { return WORDS[id] ? t(`palette-words-${WORDS[id]}`) : ''; }

const offer = (id: string, label: string, icon: string, words: string, run: () => void): Offer => ({ id: `palette.${id}`, label, spoken: true, icon, group: 'app', words, run });
function set(patch: SettingsPatch): void { changeSettings(patch).catch((error: unknown) => toast(sentence(error), { kind: 'bad' })); }

/** [what the name is a text of, its section, icon, which words] */
const PLACES: readonly (readonly [string, string, string, string])[] = [
  ['settings-general', 'general', 'settings', 'general'], ['settings-list', 'list', 'list', 'list'], ['settings-reading', 'reading', 'mail-open', 'reading'],
  ['settings-notifications', 'notifications', 'bell', 'notifications'], ['settings-identity', 'identity', 'user', 'identity'], ['set-signature', 'identity', 'pen-line', 'signature'],
  ['set-undo', 'composing', 'undo-2', 'composing'],
  ['settings-filters', 'filters', 'list-filter', 'filters'], ['vacation-title', 'filters', 'calendar', 'vacation'], ['settings-security', 'security', 'shield', 'security'],
  ['settings-certificates', 'certificates', 'users', 'certificates'], ['settings-trust', 'trust', 'seal-plain', 'trust'], ['settings-account', 'account', 'key-round', 'account'],
  ['totp-title', 'account', 'shield', 'totp'], ['export-title', 'account', 'download', 'export'], ['set-zone', 'general', 'settings', 'zone'], ['settings-about', 'about', 'info', 'about'],
];

export function paletteCommands(): Offer[] {
  const ui = settings.value.ui;
  const themes = (['light', 'dark', 'system'] as Theme[]).filter((v) => v !== ui.theme);
  const languages = Object.entries(LANGUAGES).filter(([tag]) => tag !== ui.language.split('-')[0]);
  return [
    ...themes.map((v) => offer(`theme-${v}`, t('palette-theme', { theme: t(`theme-${v}`) }), 'monitor', `${t('palette-words-theme')} ${v === 'system' ? '' : t(`palette-words-${v}`)}`, () => set({ ui: { theme: v } }))),
    ...languages.map(([tag, name]) => offer(`language-${tag}`, t('palette-language', { name }), 'settings', t('palette-words-language'), () => set({ ui: { language: tag } }))),
    ...PLACES.filter(([, section]) => smimeOn.value || !['security', 'certificates', 'trust'].includes(section))
      .map(([label, section, glyph, words]) => offer(`${section}-${words}`, t('palette-settings', { what: t(label) }), glyph, t(`palette-words-${words}`), () => go({ page: 'settings', section }))),
  ];
}
