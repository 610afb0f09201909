// Whether the outgoing server takes requests for delivery reports: asked when the first is wanted, not when the message goes.
import { reportsOffered } from '../api/compose.ts';
import { ApiError } from '../api/client.ts';
import { signal } from '../core/signals.ts';

/** null: not known; where it cannot be found out it is said when the message goes. */
export const offered = signal<boolean | null>(null);
let asking = false;
let asked = false;

/** again: the person asks for one anew, and a server may have learnt it. */
export async function learnReports(again: boolean): Promise<boolean | null> {
  if (asking || offered.peek() === true || (asked && !again)) return offered.peek();
  asking = asked = true;
  try {
    offered.value = await reportsOffered();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  } finally { asking = false; }
  return offered.peek();
}
