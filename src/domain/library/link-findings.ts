import type { GuardedAnswer } from '#lib/fetch-guarded.ts';
import { addDays } from '#lib/dates.ts';

/** What came of asking for a link: there · somewhere else for good · not there any more · not for machines · no answer. */
export const linkOutcomes = ['works', 'moved', 'broken', 'refused', 'unreachable'] as const;
export type LinkOutcome = (typeof linkOutcomes)[number];

export interface Finding {
  outcome: LinkOutcome;
  /** Of the last answer; null where there was none. */
  status: number | null;
  /** Where it leads for good, when it has moved. */
  movedTo: string | null;
  /** How many times in a row it did not work. */
  failures: number;
}

/** What an answer says about a link. `before` is what was found the last time the same address was asked, null the first time. */
export function findingOf(link: string, answer: GuardedAnswer, before: Finding | null): Finding {
  const outcome = outcomeOf(link, answer, before);
  const works = outcome === 'works' || outcome === 'moved';
  return {
    outcome, status: answer.outcome === 'answer' ? answer.status : null, movedTo: outcome === 'moved' ? newAddress(link, answer) : null, failures: works ? 0 : (before?.failures ?? 0) + 1,
  };
}

function outcomeOf(link: string, answer: GuardedAnswer, before: Finding | null): LinkOutcome {
  if (answer.outcome === 'refused') return 'refused';
  if (answer.outcome === 'unreachable') {
    if (answer.code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') return 'refused';
    // A name server may fail once; a name that is not there the second time is gone.
    return answer.code === 'ENOTFOUND' && before !== null && before.failures > 0 && before.status === null ? 'broken' : 'unreachable';
  }
  const { status } = answer;
  if (status === 404 || status === 410) return 'broken';
  if (isWall(link, answer)) return 'refused';
  if (status >= 500) return 'unreachable';
  return newAddress(link, answer) === null ? 'works' : 'moved';
}

type Answered = Extract<GuardedAnswer, { outcome: 'answer' }>;

const guards = /cloudflare|akamaighost|sucuri|imperva|incapsula|ddos-guard|datadome/i;
const signIn = /\/(?:log-?in|sign-?in|sso|captcha|consent)(?:[/.]|$)/i;

/** Whether the answer is meant for machines like ours and says nothing of what a person would see. */
function isWall(link: string, { status, headers, url }: Answered): boolean {
  // LinkedIn made up 999 for machines.
  if ((status >= 400 && status < 500) || status === 999) return true;
  if (headers['cf-mitigated'] || headers['x-amzn-waf-action']) return true;
  if (status === 503 && guards.test(String(headers['server'] ?? ''))) return true;
  return signIn.test(pathOf(url)) && !signIn.test(pathOf(link));
}

/** Where the unbroken run of permanent redirects from a link leads, where that is another host or path; null where it is not. */
function newAddress(link: string, answer: GuardedAnswer): string | null {
  if (answer.outcome !== 'answer') return null;
  const passing = answer.redirects.findIndex(({ status }) => status !== 301 && status !== 308);
  const lasting = passing === -1 ? answer.redirects : answer.redirects.slice(0, passing);
  const to = lasting.at(-1)?.to;
  return to !== undefined && placeOf(to) !== placeOf(link) ? to : null;
}

const pathOf = (address: string) => URL.parse(address)?.pathname ?? '';

/** Host and path, without what sites change by the way: the scheme, `www.` and a slash at the end. */
const placeOf = (address: string) => `${hostOf(address)}${pathOf(address).replace(/\/+$/, '')}`;

/** The host of an address without `www.`; empty where it is none. */
export function hostOf(address: string): string {
  return URL.parse(address)?.host.replace(/^www\./, '') ?? '';
}

/** Whether a link to some page now leads to the front page of a site: the page itself is probably gone. */
export function leadsToFrontPage(link: string, movedTo: string): boolean {
  const isFront = (address: string) => /^\/?(?:index\.\w+|home)?\/?$/i.test(pathOf(address)) && !URL.parse(address)?.search;
  return isFront(movedTo) && !isFront(link);
}

const patience = [1, 3, 7, 14];

/** When to ask next: in about a month where it worked, sooner at first where it did not. `chance` from 0 to 1 spreads the visits. */
export function nextVisit(finding: Finding, now: Date, chance: number): Date {
  const days = finding.failures === 0 ? 30 : patience[Math.min(finding.failures, patience.length) - 1] ?? 14;
  return addDays(now, days * (0.85 + 0.3 * chance));
}
