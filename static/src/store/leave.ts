// The session has ended on the server: keys are locked, and the page goes to the sign-in.
import { signOutHooks } from './session.ts';

export async function leave(): Promise<void> {
  await Promise.allSettled(signOutHooks.map((f) => f()));
  location.assign('/signin?signed_out=1');
}
