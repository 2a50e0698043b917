import { bumpChanges, db, prepared, profiles, transaction } from '#db/client.ts';
import type { ServedFile } from '#lib/file-headers.ts';
import { acceptedKinds } from '#lib/file-kind.ts';
import { filesFolder, pathInStore } from '#lib/file-store.ts';
import { drawPortrait } from '#lib/pictures.ts';
import { keepReceived, readReceived } from '#lib/taking-files.ts';
import { Invalid } from '../errors.ts';
import { countAttempt } from '../people/limits.ts';
import { canSeeField, mustWrite } from '../people/permissions.ts';
import type { Member, Viewer, Visibility } from '../people/types.ts';
import { visibilityOf } from './fields.ts';
import { storedProfile } from './stored.ts';

const noPicture = 'This is no picture. Send a JPEG, PNG, WebP or GIF.';

/** Takes a photo for the actor's profile: drawn anew as a square, without anything but pixels in it. `seenBy`: who sees it from now on, where that is said. Throws Denied, TooMany, Invalid on `photo`. */
export async function putPhoto(actor: Member, { photo, seenBy }: { photo: File; seenBy?: Visibility }): Promise<void> {
  mustWrite(actor);
  countAttempt('filePerMember', actor.id);
  if (photo.size === 0) throw new Invalid({ photo: 'Choose a picture.' });
  const received = await readReceived(photo);
  if ('refusal' in received) throw new Invalid({ photo: received.refusal.includes(acceptedKinds) ? noPicture : received.refusal });
  if (!received.mediaType.startsWith('image/')) throw new Invalid({ photo: noPicture });
  const drawn = await drawPortrait(received);
  if ('refusal' in drawn) throw new Invalid({ photo: drawn.refusal });
  const kept = await keepReceived(drawn);
  if ('refusal' in kept) throw new Invalid({ photo: kept.refusal });
  setPhoto(actor, { photoHash: kept.hash, photoSize: drawn.bytes.length }, seenBy);
}

/** Takes the photo off; its bytes go by themselves. Throws Denied, TooMany. */
export function dropPhoto(actor: Member): void {
  mustWrite(actor);
  countAttempt('profilePerMember', actor.id);
  setPhoto(actor, { photoHash: null, photoSize: null });
}

function setPhoto(actor: Member, photo: Pick<typeof profiles.$inferInsert, 'photoHash' | 'photoSize'>, seenBy?: Visibility): void {
  transaction(() => {
    const { jobTitle, placeText, placeId, visibility: { photo: before, ...others } } = storedProfile(actor.id);
    const photoSeenBy = seenBy ?? before;
    const visibility = !photoSeenBy || photoSeenBy === 'everyone' ? others : { ...others, photo: photoSeenBy };
    db.insert(profiles).values({ memberId: actor.id, jobTitle, placeText, placeId, visibility, ...photo }).onConflictDoUpdate({ target: profiles.memberId, set: { ...photo, visibility } }).run();
    bumpChanges();
  });
}

/** Where a photo is had; another one has another address. */
export const addressOfPhoto = (memberId: number, hash: string): string => `/files/m${memberId}/photo-${hash.slice(0, 12)}.webp`;

/** The photo of a member for whoever asks; null where there is none that they may see. */
export function photoFor(viewer: Viewer, memberId: number): ServedFile | null {
  const row = held().get(memberId) as { hash: string; size: number; visibility: string } | undefined;
  if (!row) return null;
  const seenBy = visibilityOf(JSON.parse(row.visibility) as Record<string, string>, 'photo');
  if (!canSeeField(viewer, memberId, seenBy)) return null;
  return { path: pathInStore(filesFolder(), row.hash), name: `photo-${row.hash.slice(0, 12)}.webp`, mediaType: 'image/webp', size: row.size, hash: row.hash, shared: seenBy === 'everyone' };
}
const held = prepared((d) => d.$client.prepare(`
  select p.photo_hash as hash, p.photo_size as size, p.visibility from profiles p join members m on m.id = p.member_id
  where p.member_id = ? and p.photo_hash is not null and m.email_confirmed_at is not null`));
