import '../../core/shared.ts';
import type { ComposeKind } from '../../app/compose.ts';
export async function openComposer(kind: ComposeKind): Promise<void> { throw new Error(`composer: ${kind}`); }
export async function openMailto(href: string): Promise<void> { throw new Error(href); }
