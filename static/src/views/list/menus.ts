// Menus of the list's head, loaded when one is opened: view, filter, more actions; and the same as commands.
import '../../core/shared.ts';
import type { Density, ListSort } from '../../api/types.ts';
import type { Command } from '../../core/commands.ts';
import { t } from '../../core/i18n.ts';
import { changeList, paged, setPaged, sortBy } from '../../store/arrange.ts';
import { labels, queryOf } from '../../store/labels.ts';
import * as list from '../../store/list.ts';
import { hasFilter, setFilter, startSearch } from '../../store/search.ts';
import { settings, smimeOn } from '../../store/session.ts';
import { overlay } from '../../store/ui.ts';
import { commandItem } from '../parts/command-button.ts';
import { separator } from '../parts/menu.ts';
import type { MenuItem } from '../parts/menu.ts';

const SORTS: ListSort[] = ['arrival', 'date', 'from', 'to', 'subject', 'size'];
const DENSITIES: Density[] = ['compact', 'comfortable', 'spacious'];
const isText = (sort: ListSort): boolean => sort === 'from' || sort === 'to' || sort === 'subject';
const orderWord = (sort: ListSort, order: string): string => t(`order-${isText(sort) ? 'text' : sort === 'size' ? 'size' : 'date'}-${order}`);
const heading = (label: string): MenuItem => ({ label, heading: true, run: () => undefined });

export function viewItems(): MenuItem[] {
  const l = settings.value.list;
  return [
    { label: t('view-threads'), icon: 'messages-square', checked: l.threads, run: () => void changeList({ threads: !l.threads }) },
    { label: t('view-snippets'), icon: 'text-align-start', checked: l.snippets, run: () => void changeList({ snippets: !l.snippets }) },
    { label: t('view-paged'), icon: 'list', checked: paged.value, run: () => setPaged(!paged.value) },
    separator, heading(t('view-sort')),
    ...SORTS.map((sort): MenuItem => ({ label: t(`sort-${sort}`), checked: l.sort === sort, radio: true, run: () => void sortBy(sort) })),
    separator,
    ...(['desc', 'asc'] as const).map((order): MenuItem => ({ label: orderWord(l.sort, order), icon: order === 'desc' ? 'arrow-down-wide-narrow' : 'arrow-up-narrow-wide', checked: l.order === order, radio: true, run: () => void changeList({ order }) })),
    separator, heading(t('view-density')),
    ...DENSITIES.map((density): MenuItem => ({ label: t(`density-${density}`), checked: l.density === density, radio: true, run: () => void changeList({ density }) })),
  ];
}

export function moreItems(): MenuItem[] {
  return [commandItem('message.unread'), commandItem('message.label'), commandItem('message.flag'), commandItem('message.junk'), commandItem('message.copy'), separator, commandItem('list.all'), commandItem('list.clear')];
}

export function filterItems(): MenuItem[] {
  const one = (name: 'unread' | 'flagged' | 'attachment' | 'encrypted' | 'signed', glyph: string): MenuItem => (
    { label: t(`filter-${name}`), icon: glyph, checked: hasFilter(name), run: () => setFilter(name, !hasFilter(name)) });
  const items = [one('unread', 'mail'), one('flagged', 'star'), one('attachment', 'paperclip')];
  if (smimeOn.value) items.push(one('encrypted', 'lock'), one('signed', 'seal-plain'));
  if (labels.value.length) items.push(separator, heading(t('labels')), ...labels.value.map((l): MenuItem => ({ label: l.name, icon: 'tag', colour: l.colour, run: () => startSearch(queryOf(l.keyword)) })));
  items.push(separator, { label: t('labels-edit'), icon: 'tags', run: () => { overlay.value = 'labels'; } });
  return items;
}

/** For the palette: what the view menu offers, as commands. */
export function viewCommands(): Command[] {
  const l = settings.value.list;
  const one = (id: string, text: string, icon: string, run: () => void): Command => ({ id: `view.${id}`, label: text, spoken: true, icon, group: 'list', enabled: () => list.source.value !== null, run });
  return [
    one('threads', t(l.threads ? 'view-threads-off' : 'view-threads'), 'messages-square', () => void changeList({ threads: !l.threads })),
    one('snippets', t(l.snippets ? 'view-snippets-off' : 'view-snippets'), 'text-align-start', () => void changeList({ snippets: !l.snippets })),
    one('paged', t(paged.value ? 'view-paged-off' : 'view-paged'), 'list', () => setPaged(!paged.value)),
    ...SORTS.map((sort) => one(`sort-${sort}`, t('view-sort-by', { what: t(`sort-${sort}`) }), 'arrow-down-wide-narrow', () => void sortBy(sort))),
    ...DENSITIES.map((density) => one(`density-${density}`, t('view-density-is', { what: t(`density-${density}`) }), 'list', () => void changeList({ density }))),
    one('labels', t('labels-edit'), 'tags', () => { overlay.value = 'labels'; }),
    ...labels.value.map((x) => one(`label-${x.keyword}`, t('label-show', { label: x.name }), 'tag', () => startSearch(queryOf(x.keyword)))),
  ];
}
