import { Denied } from '../errors.ts';
import type { Session } from './sessions.ts';

const minutes = 10;

/** Why a command is refused to who has not shown lately who they are. */
export const proofTooOld = `For your safety this takes a proof of who you are that is not older than ${minutes} minutes.`;

/** Whether somebody showed within the last ten minutes, in this session, who they are: enough to change how they sign in. */
export function hasProved({ provedAt }: Session, now = new Date()): boolean {
  return provedAt !== null && now.getTime() - provedAt.getTime() < minutes * 60_000;
}

/** For commands that change how somebody signs in. Throws Denied. */
export function mustHaveProved(session: Session): void {
  if (!hasProved(session)) throw new Denied(proofTooOld);
}
