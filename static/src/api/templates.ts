// Texts a person keeps to begin messages with.
import type { Wishes } from '../core/wishes.ts';
import { api } from './client.ts';

/** Wishes: absent in those that were kept before they could have any. */
export interface Template extends Partial<Wishes> { id: string; name: string; subject: string; html: string | null; text: string }
export interface Templates { templates: Template[]; version: number }

export function templates(): Promise<Templates> { return api<Templates>('/api/v1/templates'); }
/** All of them; `conflict` when another tab was faster. */
export function putTemplates(list: Templates): Promise<Templates> { return api<Templates>('/api/v1/templates', { method: 'PUT', json: list }); }
