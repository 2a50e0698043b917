import { prepared, transaction } from '#db/client.ts';

/** That a member was here on a day (YYYY-MM-DD), and how many threads they opened since this was written last. Which ones is not known here. */
export interface Activity { memberId: number; day: string; threadsRead: number }

/** Adds a batch of activity to the days of the members. */
export function addActivity(batch: readonly Activity[]): void {
  transaction(() => { for (const activity of batch) add().run(activity); });
}
const add = prepared((d) => d.$client.prepare(`
  insert into member_activity (member_id, day, threads_read) select @memberId, @day, @threadsRead where exists (select 1 from members where id = @memberId)
  on conflict (member_id, day) do update set threads_read = member_activity.threads_read + excluded.threads_read`));
