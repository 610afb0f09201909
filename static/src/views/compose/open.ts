// Builds a composer for each way to begin: new, reply, forward, an old draft, a mailto link.
import '../../core/shared.ts';
import * as mail from '../../api/mail.ts';
import type { Identity, Message, MessageRef } from '../../api/types.ts';
import { together } from '../../core/faulty.ts';
import { parseMailto } from '../../core/mailto.ts';
import { fullDate, nameOf } from '../../core/format.ts';
import { plainText, t } from '../../core/i18n.ts';
import { quotable, quoteHtml, quoteText, replyRecipients, textToHtml, threading, withPrefix } from '../../core/reply.ts';
import { draftHides, draftMode, encrypts, isSealed, startMode } from '../../core/security-mode.ts';
import { parsePlain } from '../../core/plaintext.ts';
import { draftWishes } from '../../core/wishes.ts';
import type { Wishes } from '../../core/wishes.ts';
import { Composer } from '../../store/compose.ts';
import type { Start } from '../../store/compose.ts';
import { composers, openOne } from '../../store/composers.ts';
import type { OfferedFiles } from '../../store/handover.ts';
import * as reader from '../../store/reader.ts';
import { hasKeys, identity, me, session, settings, smimeOn } from '../../store/session.ts';
import { toast } from '../../store/toasts.ts';
import { waiting } from '../../store/waiting-marks.ts';
import type { ComposeKind } from '../../app/compose.ts';
import { sendOpened } from './send-opened.ts';
import { idle, keepFrame } from './warm.ts';
import './composer.ts';

function encryptedMail(m: Message): boolean { return m.security?.encryption != null; }

function modeFor(toEncrypted: boolean): Pick<Start, 'mode' | 'auto'> { return { mode: startMode(smimeOn.value, settings.value.security, toEncrypted), auto: settings.value.security.mode === 'auto' }; }

function plainOf(m: Message): string {
  return quotable(m).parts.filter((p) => p.kind === 'text').map((p) => parsePlain(p.content, p.flowed, p.delsp)
    .map((b) => b.lines.map((l) => `${'>'.repeat(b.depth)}${b.depth ? ' ' : ''}${l.map((x) => x.text).join('')}`).join('\n')).join('\n')).join('\n');
}

function forwardIntro(m: Message): string {
  const h = m.headers;
  const people = (list: readonly { name: string; address: string }[]): string => list.map((a) => (a.name ? `${a.name} <${a.address}>` : a.address)).join(', ');
  return [t('forward-line'), `${t('header-from')}: ${people(h.from)}`, `${t('header-date')}: ${fullDate(h.date)}`, `${t('subject')}: ${h.subject}`, `${t('header-to')}: ${people(h.to)}`].join('\n');
}

const filesIn = (m: Message): Message['attachments'] => m.attachments.filter((a) => !(a.inline && a.content_id));

const PICTURE = /^image\/(?:png|gif|jpe?g|webp)$/i;
const cidOf = (a: Message['attachments'][number]): string => (a.content_id ?? '').replace(/^<|>$/g, '');

/** All that this text does not show as a picture: nothing of a message stays behind where it is taken over. */
const besides = (m: Message, text: string): Message['attachments'] => m.attachments.filter((a) => !(a.content_id && PICTURE.test(a.type) && text.toLowerCase().includes(`cid:${cidOf(a).toLowerCase()}`)));

/** The pictures of a message, for a text that shows them. */
function picturesOf(m: Message, ref: MessageRef, keys: reader.Open['keys']): NonNullable<Start['picture']> {
  return async (cid) => {
    const a = m.attachments.find((x) => cidOf(x) === cid);
    if (!a || !PICTURE.test(a.type)) return null;
    return new Blob([await mail.getPart(ref, a.id, { inline: true, keys: a.sealed ? keys : [] })], { type: a.type.toLowerCase() });
  };
}

/** Files of a message, held by the browser itself: what is signed must be what this page has. The message need not be on the screen any more. */
export async function fetchOffered(o: OfferedFiles): Promise<File[]> {
  return Promise.all(o.files.map(async (a) => new File([await mail.getPart(o.ref, a.id, { keys: a.sealed ? o.keys : [], size: a.size })], a.name || t('attachment-unnamed'), { type: a.type })));
}
const offeredOf = (files: Message['attachments'], ref: MessageRef, keys: reader.Open['keys']): OfferedFiles => ({ ref, keys, files: files.map(({ id, name, type, size, sealed }) => ({ id, name, type, size, sealed })) });
const filesOf = (files: Message['attachments'], ref: MessageRef, keys: reader.Open['keys']): Promise<File[]> => fetchOffered(offeredOf(files, ref, keys));

const own = (): string[] => session.value?.user.addresses ?? [me.value.address];

/** Whom the message was written to answers: the identity of that address, the default one first. */
export function identityFor(m: Message): Identity {
  const there = [...m.headers.to, ...m.headers.cc, ...m.headers.from].map((a) => a.address.toLowerCase());
  return [identity.value, ...settings.value.identities].find((i) => there.includes(i.address.toLowerCase())) ?? identity.value;
}

function answer(o: reader.Open, m: Message, kind: 'reply' | 'reply-all' | 'forward'): Start {
  const secret = encryptedMail(m);
  const { parts, mixed } = quotable(m);
  if (mixed) toast(t('quote-mixed'), { kind: 'bad' });
  const forward = kind === 'forward';
  const intro = forward ? forwardIntro(m) : plainText('quote-intro', { date: fullDate(m.headers.date ?? m.received), name: nameOf(m.headers.from[0]) });
  const as = identityFor(m);
  const signature = as.signature;
  const text = plainOf(m);
  const start: Start = {
    subject: withPrefix(m.headers.subject, forward ? 'Fwd' : 'Re'), ...modeFor(secret), toEncrypted: secret, signature, identity: as,
    quote: quoteHtml(parts), intro, plain: false, text: `\n\n${signature ? `-- \n${signature}\n\n` : ''}${intro}\n${forward ? text : quoteText(text)}`,
    // A subject that came hidden does not go back in the open.
    ...(secret && m.headers.outer_subject !== null && m.headers.outer_subject.trim() !== m.headers.subject.trim() ? { hideSubject: true } : {}),
    original: { ref: o.ref, flag: forward ? '$Forwarded' : '\\Answered' }, picture: picturesOf(m, o.ref, o.keys), ...threading(m),
  };
  if (forward) return { ...start, in_reply_to: null };
  // Somebody asks for a signature, and there is a key to make one with.
  if (m.headers.request === 'certificate' && smimeOn.value && hasKeys.value === true) Object.assign(start, { mode: secret || (!start.auto && encrypts(start.mode)) ? 'sign_encrypt' : 'sign', auto: false, answersRequest: true } satisfies Partial<Start>);
  const people = replyRecipients(m, own(), kind === 'reply-all');
  const names = filesIn(m).map((a) => a.name);
  const { ref, keys } = o;
  const offered = offeredOf(filesIn(m), ref, keys);
  return { ...start, ...people, ...(names.length ? { offered: { names, fetch: () => fetchOffered(offered), from: offered } } : {}) };
}

function fresh(more: Partial<Start> = {}): Start {
  const signature = identity.value.signature;
  return { ...modeFor(false), signature, text: signature ? `\n\n-- \n${signature}` : '', ...more };
}

export async function openComposer(kind: ComposeKind): Promise<void> {
  if (kind === 'new') { openOne(new Composer(fresh())); return; }
  const o = reader.open.value;
  const m = o?.message;
  if (!o || !m) return;
  if (kind === 'draft') { await openDraft(o, m); return; }
  const c = new Composer(answer(o, m, kind));
  if (!openOne(c)) return;
  if (kind === 'forward') bring(c, besides(m, c.start.quote ?? ''), o);
}

/** Into a window that is open: it neither keeps nor sends before they are there. */
function bring(c: Composer, wanted: Message['attachments'], o: reader.Open): void {
  if (wanted.length) c.await({ fetch: async () => c.came(await filesOf(wanted, o.ref, o.keys)), without: () => undefined });
}

/** Our own header lines of a draft (docs/PLAN.md), read from its outer header. */
export function draftHeader(source: string): { submission: string | null; mode: Start['mode'] | null; hideSubject: boolean | null; opaque: boolean; wishes: Wishes } {
  const head = source.slice(0, Math.max(0, source.search(/\r?\n\r?\n/)));
  const submission = /^X-Waxseal-Submission:\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s*$/im.exec(head)?.[1]?.toLowerCase() ?? null;
  const mode = /^X-Waxseal-Mode:\s*(none|sign|encrypt|sign_encrypt)\s*$/im.exec(head)?.[1] as Start['mode'] | undefined;
  const hide = /^X-Waxseal-Hide-Subject:\s*(yes|no)\s*$/im.exec(head)?.[1]?.toLowerCase();
  return { submission, mode: mode ?? null, hideSubject: hide ? hide === 'yes' : null, opaque: /^X-Waxseal-Opaque:\s*yes\s*$/im.test(head), wishes: draftWishes(head) };
}

async function openDraft(o: reader.Open, m: Message): Promise<void> {
  if (isSealed(m)) { toast(t('draft-sealed'), { kind: 'bad' }); return; }
  const already = composers.value.find((c) => [c.start.replaces, c.draft.value].some((x) => x?.uid === o.ref.uid && x.uidvalidity === o.ref.uidvalidity && x.folder === o.ref.folder));
  if (already) { already.minimized.value = false; return; }
  const own = draftHeader(await (await mail.getSource(o.ref)).slice(0, 20_000).text());
  const same = composers.value.find((c) => c.submission === own.submission);
  if (same) { same.minimized.value = false; return; }
  const h = { ...m.headers, ...together(m.headers, m.headers.faulty) };
  const secret = encryptedMail(m);
  const rich = m.parts.find((p) => p.kind === 'html');
  const text = plainOf(m);
  const hideSubject = draftHides(own.mode, own.hideSubject);
  const as = settings.value.identities.find((i) => i.address.toLowerCase() === h.from[0]?.address.toLowerCase() && i.name === h.from[0]?.name) ?? identityFor(m);
  const replyTo = (h.reply_to[0]?.address ?? '') === as.reply_to ? {} : { replyTo: h.reply_to };
  const c = new Composer({
    identity: as, ...replyTo, to: h.to, cc: h.cc, bcc: h.bcc, subject: h.subject, mode: draftMode(smimeOn.value, settings.value.security, own.mode, secret), opaque: own.opaque, wishes: own.wishes, auto: own.mode === null && settings.value.security.mode === 'auto', toEncrypted: secret, html: rich ? rich.content : textToHtml(text), text,
    in_reply_to: h.in_reply_to, references: h.references, ...(hideSubject === undefined ? {} : { hideSubject }), picture: picturesOf(m, o.ref, o.keys),
    // What is written goes on from this one: another one that was kept meanwhile is not overwritten.
    ...(own.submission ? { submission: own.submission, draft: { ...o.ref, encrypted: secret } } : { replaces: o.ref }),
  });
  if (!openOne(c)) return;
  // It waited for certificates: how that stands is said at once, with all ways on.
  if (waiting.value.some((w) => w.submission === c.submission)) void c.lookUp(true).then(() => { c.cannot.value = true; });
  bring(c, besides(m, rich?.content ?? ''), o);
  await sendOpened(c);
}

/** The code is here with this file; the editor's frame follows when there is nothing else to do. */
export function keepReady(): void { idle(keepFrame); }

/** mailto: gives recipients, subject and body; never an attachment. */
export async function openMailto(href: string): Promise<void> {
  const m = parseMailto(href);
  openOne(new Composer(fresh({ to: m.to, cc: m.cc, bcc: m.bcc, subject: m.subject, ...(m.body ? { html: textToHtml(m.body), text: m.body } : {}) })));
}
