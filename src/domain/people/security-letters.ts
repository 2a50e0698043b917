import { settings } from '#lib/settings.ts';
import { post } from '../mail/outbox.ts';

/** Tells a member that something about how they sign in has changed, and where to look if it was not them. Call inside the transaction of the change. */
export function tellOfChange(email: string, subject: string, what: string): void {
  const { name, url } = settings();
  post(email, `${subject}: ${name}`, [what, `If it was not you, choose a new password and look at how you sign in: ${url}/account/security`]);
}
