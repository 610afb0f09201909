// The words of both products of the field for what a rule sets, and the five fields behind them.
import { FIELDS } from './types.ts';
import type { FieldName, Level, Rule } from './types.ts';

export const OUTBOUND = ['not_defined', 'none', 'sign_only', 'optional', 'enforce'] as const;
export const INBOUND = ['not_defined', 'do_not_decrypt', 'optional', 'always', 'force'] as const;
export type Outbound = (typeof OUTBOUND)[number];
export type Inbound = (typeof INBOUND)[number];
const SENDS: Record<Outbound, readonly [Level, Level]> = { not_defined: ['inherit', 'inherit'], none: ['off', 'off'], sign_only: ['on', 'off'], optional: ['on', 'on'], enforce: ['require', 'require'] };
const OPENS: Record<Inbound, Level> = { not_defined: 'inherit', do_not_decrypt: 'off', optional: 'on', always: 'always', force: 'force' };

export type Levels = Record<FieldName, Level>;

/** What a rule sets: presets first, an explicit field wins. */
export function levelsOf(r: Partial<Rule>): Levels {
  const out = SENDS[r.outbound as Outbound] ?? SENDS.not_defined;
  return {
    sign: r.sign ?? out[0], encrypt: r.encrypt ?? out[1], decrypt: r.decrypt ?? OPENS[r.inbound as Inbound] ?? 'inherit', validate: r.validate ?? 'inherit', on_partial: r.on_partial ?? 'inherit',
  };
}
/** The preset that says the same as these fields; null: none does. */
export function outboundOf(l: Levels): Outbound | null { return OUTBOUND.find((w) => SENDS[w][0] === l.sign && SENDS[w][1] === l.encrypt) ?? null; }
export function inboundOf(l: Levels): Inbound | null { return INBOUND.find((w) => OPENS[w] === l.decrypt) ?? null; }
export function withOutbound(l: Levels, word: Outbound): Levels { return { ...l, sign: SENDS[word][0], encrypt: SENDS[word][1] }; }
export function withInbound(l: Levels, word: Inbound): Levels { return { ...l, decrypt: OPENS[word] }; }

/** The four check boxes: ticked is "on", unticked "off", never "not defined". Null: the fields say more than boxes can. */
export const BOXES = ['sign', 'encrypt', 'decrypt', 'validate'] as const;
export type Box = (typeof BOXES)[number];
export function boxesOf(l: Levels): Record<Box, boolean> | null {
  if (BOXES.some((b) => l[b] !== 'on' && l[b] !== 'off')) return null;
  return { sign: l.sign === 'on', encrypt: l.encrypt === 'on', decrypt: l.decrypt === 'on', validate: l.validate === 'on' };
}
/** All four as boxes; what demanded more than a box can say becomes ticked. */
export function toBoxes(l: Levels): Levels {
  const next = { ...l };
  for (const b of BOXES) next[b] = ticked(l[b]) ? 'on' : 'off';
  return next;
}

export const ticked = (l: Level): boolean => l !== 'off' && l !== 'inherit';
/** After a box was ticked or not. To look at boxes is no change; the first touch makes boxes of all four. */
export function boxed(l: Levels, box: Box, on: boolean): Levels { return { ...toBoxes(l), [box]: on ? 'on' : 'off' }; }

/** How a rule's levels are written down: fields that are not defined are absent, and no preset stands beside them. */
export function withLevels(r: Rule, l: Levels): Rule {
  const next: Rule = { ...r };
  delete next.outbound;
  delete next.inbound;
  for (const f of FIELDS) if (l[f] === 'inherit') delete next[f]; else next[f] = l[f];
  return next;
}
