import { prepared, transaction } from '#db/client.ts';
import { addDays, lastHour } from '#lib/dates.ts';
import { textOfHtml } from '#lib/html-as-text.ts';
import type { LetterPart } from '#lib/letter.ts';
import { ownMarkdown, renderKept } from '#lib/markdown.ts';
import { settings } from '#lib/settings.ts';
import { postNews } from '../mail/outbox.ts';
import { stopUrl } from '../mail/stopping.ts';
import { blockedBy, postsByBlocked } from '../blocked.ts';
import { noteToldIn } from '../mail/withdrawing.ts';
import { postUrl } from './addresses.ts';
import { threadsByNumber } from '../thread-addresses.ts';
import { stands, toldColumns, toldJoins, whatHappened, whyTold, type ToldRow } from './inbox.ts';
import { notificationSettingsOf } from './notification-settings.ts';
import { elsewhere, filesAsHtml } from './outside.ts';
import { filesOfOnePost } from './post-files.ts';
import { postsSaid, saidBy, withFoldedQuotes, withTrueQuotes } from './quoted.ts';

/** A letter waits so long for more of the same thread. In milliseconds. */
const patience = 2 * 60_000;
/** What could not be mailed for so many days is mailed no more. */
export const daysGood = 3;
/** Characters of a post that a letter quotes, and notifications that a daily letter tells one by one. */
const mostQuoted = 1_500;
const mostTold = 50;

/** What may be mailed: not read and not mailed yet, to a member who has confirmed, is not suspended and has not stopped such letters. */
const mailable = `n.read_at is null and n.mailed_at is null and n.created_at > @old
  and exists (select 1 from members m where m.id = n.member_id and m.email_confirmed_at is not null and (m.suspended_until is null or m.suspended_until <= @now))
  and not exists (select 1 from mail_stops x where x.member_id = n.member_id and (x.subject = 'notifications' or x.subject = 'thread-' || n.thread_id))`;

const moments = (now: Date) => ({ now: now.getTime(), old: addDays(now, -daysGood).getTime(), settled: now.getTime() - patience, today: lastHour(now, settings().dailyHour).getTime() });

/** Members to whom a letter about notifications is due: at once, which is two minutes later, or once a day, as they chose. */
export function membersWithLettersDue(now = new Date()): number[] {
  return due().all(moments(now)) as number[];
}
const due = prepared((d) => d.$client.prepare(`
  select distinct n.member_id from notifications n left join notification_settings o on o.member_id = n.member_id
  where ${mailable} and n.created_at <= case coalesce(o.mail, 'at-once') when 'at-once' then @settled when 'daily' then @today - 1 else 0 end order by 1`).pluck());

/**
 * Writes the letters that are due to a member, with the notifications noted as mailed, all or nothing. At once: a letter for each thread, with all
 * that is new in it. Daily: one for everything. What they have read meanwhile is in none.
 * @returns how many letters
 */
export function mailNotifications(memberId: number, now = new Date()): number {
  return transaction(() => {
    const { mail } = notificationSettingsOf(memberId);
    if (mail === 'none') return 0;
    const at = moments(now);
    const { settled, today, ...when } = at;
    const rows = waiting().all({ ...when, member: memberId }) as Waiting[];
    const letters = mail === 'daily' ? [rows.filter(({ created_at }) => created_at < today)] : byThread(rows).filter((group) => group.some(({ created_at }) => created_at <= settled));
    let written = 0;
    for (const group of letters) {
      const [first] = group;
      if (!first) continue;
      for (const { id } of group) mailed().run(now.getTime(), id);
      const to = { id: memberId, email: first.email };
      noteToldIn(mail === 'daily' ? writeDaily(to, group) : writeAtOnce(to, first, group), group.map(({ id }) => id));
      written++;
    }
    return written;
  });
}
type Waiting = ToldRow & { email: string };
const waiting = prepared((d) => d.$client.prepare(`
  select ${toldColumns}, (select m.email from members m where m.id = n.member_id) as email from notifications n indexed by notifications_unread ${toldJoins}
  where n.member_id = @member and ${mailable} and ${stands} order by n.id`));
const mailed = prepared((d) => d.$client.prepare('update notifications set mailed_at = ? where id = ?'));

function byThread(rows: readonly Waiting[]): Waiting[][] {
  const groups = new Map<string, Waiting[]>();
  for (const row of rows) {
    const key = row.thread_id === null ? `notification ${row.id}` : `thread ${row.thread_id}`;
    groups.set(key, [...groups.get(key) ?? [], row]);
  }
  return [...groups.values()];
}

function writeAtOnce(to: { id: number; email: string }, first: Waiting, group: readonly Waiting[]): number {
  const parts = group.flatMap((row) => partsOf(row, to));
  const opening = group.some(({ number }) => number === 1);
  return postNews({
    to, subject: first.title === null ? whatHappened(first) : opening ? first.title : `Re: ${first.title}`,
    parts, why: `${whatIsCompared(parts)}${whysOf(group)}\nTo answer, open the link.`, change: '/account/notifications', headers: threading(group),
    ...(first.thread_id === null ? { stops: 'notifications' } : { stops: `thread-${first.thread_id}`, stopWords: 'letters about this thread' }),
  });
}

function writeDaily(to: { id: number; email: string }, rows: readonly Waiting[]): number {
  const { name, url } = settings();
  const told = rows.slice(0, mostTold);
  const parts = byThread(told).flatMap((group): LetterPart[] => {
    const [first] = group;
    if (!first) return [];
    return [
      ...(first.title === null ? [] : [{ heading: first.title }]), ...group.flatMap((row) => partsOf(row, to)), { text: whysOf(group) },
      ...(first.thread_id === null ? [] : [{ link: 'Stop letters about this thread', url: stopUrl(to.id, `thread-${first.thread_id}`) }]),
    ];
  });
  const rest = rows.length - told.length;
  return postNews({
    to, subject: `${rows.length} new for you on ${name}`, parts: [...parts, ...(rest > 0 ? [{ link: `And ${rest} more`, url: `${url}/account/inbox` }] : [])],
    why: `${whatIsCompared(parts)}You get this letter once a day because you chose so on ${name}. To answer, open the links.`, change: '/account/notifications', stops: 'notifications',
  });
}

/** What the sign of the hub means, where there is one. */
const whatIsCompared = (parts: readonly LetterPart[]) => (parts.some((part) => 'quote' in part && /^(?:> )*✓/m.test(part.quote)) ? 'A ✓ says that the hub has compared the words below it with the post.\n' : '');

function partsOf(row: Waiting, to: { id: number }): LetterPart[] {
  const { url } = settings();
  if (row.post_id === null) return [{ text: `${whatHappened(row)}` }, { link: 'See it', url: url + (row.url ?? '/account/inbox') }];
  const happened = whatHappened(row);
  const words = row.kind === 'accepted' || row.kind === 'moved' ? null : row.markdown;
  return [
    ...(words === null ? [{ text: /[.!?]$/.test(happened) || row.kind === 'moved' ? happened : `${happened}.` }] : [{ text: `${happened}:` }, quoted(row.post_id, words, to)]),
    { link: row.number === null ? 'Read it in its place' : `Read it in its place (#${row.number})`, url: url + postUrl(row.post_id) },
  ];
}

/** Why somebody is told, each reason once and on a line of its own. */
const whysOf = (group: readonly Waiting[]) => [...new Set(group.map(whyTold))].join('\n');

/** The words of a post as the hub shows them to somebody, and links to its files, with addresses that lead to the hub from anywhere. */
function quoted(postId: number, markdown: string, to: { id: number }): LetterPart {
  const shownTo = (text: string) => withTrueQuotes(renderKept(text, `post-${postId}`));
  const whole = threadsByNumber(markdown);
  // Where it is cut, a quotation would not be found to be of them any more.
  const cutsThem = whole.length > mostQuoted && blockedBy(to).size > 0 && postsByBlocked(to, postsSaid(shownTo(whole))).size > 0;
  const shown = shownTo(shortened(cutsThem ? ownMarkdown(whole) : whole));
  const words = withFoldedQuotes(shown, postsByBlocked(to, postsSaid(shown)), () => '<p>You blocked this member: what is quoted of them stands in the thread.</p>');
  const html = elsewhere(postId, words + filesAsHtml(filesOfOnePost(postId), 'links'));
  return { quote: textOfHtml(html), html: html.replaceAll(saidBy, '<p style="padding:2px 8px;background:#e7f6f8;color:#1c1d1f;font-weight:bold">✓ ') };
}

function shortened(markdown: string): string {
  if (markdown.length <= mostQuoted) return markdown;
  return `${markdown.slice(0, mostQuoted).replace(/\s+\S*$/, '')} …`;
}

/**
 * Names by which mail programs put all letters of one thread together (RFC 5322, 3.6.4): made from the thread and the number of the post, so that
 * they are the same whenever the letter is made, and refer to the opening post also for whoever was never sent it.
 */
function threading(group: readonly Waiting[]): Record<string, string> {
  const last = group.at(-1);
  if (!last || last.thread_id === null || last.number === null) return {};
  const host = new URL(settings().url).hostname;
  const nameOf = (number: number, of = '') => `<thread-${last.thread_id}.post-${number}${of}@${host}>`;
  const told = ['mention', 'quote', 'reply', 'new-thread'].includes(last.kind);
  const first = Math.min(...group.map(({ number }) => number ?? 1));
  const before = told ? [...new Set([1, first - 1])].filter((number) => number > 0 && number < first).map((number) => nameOf(number)) : [...new Set([1, last.number])].map((number) => nameOf(number));
  const replied = before.at(-1);
  return { 'Message-ID': nameOf(last.number, told ? '' : `.${last.kind}`), ...(replied && { 'In-Reply-To': replied, References: before.join(' ') }) };
}
