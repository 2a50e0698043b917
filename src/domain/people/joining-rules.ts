import { db, joiningRules } from '#db/client.ts';

/** How one becomes a member, from wide to narrow: everybody who confirms an address, who was invited, or who a coordinator lets in. */
export const joiningModes = ['open', 'invitation', 'approval'] as const;
export type JoiningMode = (typeof joiningModes)[number];

export interface JoiningRules {
  mode: JoiningMode;
  /** Every member may invite, not coordinators alone. */
  membersInvite: boolean;
  /** Whom somebody asks who has no invitation; null where nothing was said. */
  askWhom: string | null;
}

/** What holds now. Open at first. */
export function rulesOfJoining(): JoiningRules {
  const { mode, membersInvite, askWhom } = db.select().from(joiningRules).get() ?? { mode: 'open' as const, membersInvite: false, askWhom: null };
  return { mode, membersInvite, askWhom };
}
