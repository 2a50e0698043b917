import type { IncomingMessage } from 'node:http';
import { bodyLimits } from './form.ts';
import type { Pace } from './request.ts';

/** How much of a body is taken. */
export interface Allowance {
  /** Most bytes. */
  limit: number;
  /** Milliseconds until all of it must have come. */
  patience: number;
  /** How slowly it may come; null for a small one. */
  pace: Pace | null;
  /** What is said when it is more. */
  tooLarge: string;
  /** Whether the sender may send files, and reads a page rather than a bare sentence. */
  upload: boolean;
  /** To be called when all of it has come, or will not come: its sender may send the next one. */
  arrived: () => void;
  /** To be called when the body is not held any more. */
  end: () => void;
}

export interface UploadGround {
  /** The number of the member who has these cookies and may send files to this address; null of anybody else. */
  uploader: (cookies: string | undefined, pathname: string) => Promise<number | null>;
  /** Whether these cookies are somebody's session; a cookie alone buys nothing. */
  isMember: (cookies: string | undefined) => Promise<boolean>;
  /** Most bytes of one file. */
  uploadBytes: number;
}

/** Bodies with files that are in memory at the same time. */
const mostAtOnce = 2;
/** The slowest that files may come in: whoever sends nothing keeps others waiting. About 35 kilobits a second, looked at every eight seconds. */
const slowest: Pace = { bytes: 36 * 1024, milliseconds: 8_000 };
/** The last free place is for files that come quickly, at 130 kilobits a second at least: two who are slow do not keep everybody else out. */
const places = { wide: { patience: 10 * 60_000, pace: slowest }, last: { patience: 2 * 60_000, pace: { bytes: 64 * 1024, milliseconds: 4_000 } } };
/** Who has sent for longer than a minute lets others go first for as long. In milliseconds. */
const turn = 60_000;

/** Pages on which posts are written. */
const takesPosts = /^\/(?:forums\/new|forums\/[^/]+\/[^/]+|library\/[^/]+|posts\/\d+\/edit)$/;
/** Where a member sends the photo of their profile. */
const takesPhoto = /^\/account\/profile$/;
/** Pages that take files. */
const takesFiles = new RegExp(`^/desk/(?:resources/[^/]+|imports)(?:/|$)|${takesPosts.source}|${takesPhoto.source}`);

/** Whether the files of forms for this address are set aside on disk before the form is handed on: its actions know how to exchange the slips. */
export function isSetAside(pathname: string): boolean {
  return pathname.startsWith('/desk/resources/') || takesPosts.test(pathname) || takesPhoto.test(pathname);
}

/**
 * Makes the function that says how much of a form's body is taken: 64 kilobytes from anybody, a megabyte from who shows a session cookie, and
 * files from who may really send them, where they are taken, two at a time and one of each member, in turn. `busy` says why none is taken now.
 */
export function createUploads({ uploader, isMember, uploadBytes }: UploadGround): (request: IncomingMessage, asked: { pathname: string; anonymous: boolean }) => Promise<Allowance | { busy: string }> | Allowance | { busy: string } {
  let underway = 0;
  const sending = new Set<number>();
  /** Until when members let others go first. */
  const resting = new Map<number, number>();
  const most = `${uploadBytes / 1024 / 1024} megabytes`;

  return (request, { pathname, anonymous }) => {
    const here = takesFiles.test(pathname);
    const ordinary: Allowance = {
      limit: anonymous ? bodyLimits.visitor : bodyLimits.member, patience: 60_000, pace: null, upload: false, arrived: () => undefined, end: () => undefined,
      tooLarge: `This is too large: the hub takes at most ${anonymous ? '64 kilobytes at a time from who is not signed in' : 'one megabyte at a time'}${here ? `, and files up to ${most} from ${pathname.startsWith('/desk/') ? 'coordinators' : 'members'} who are signed in` : ''}.`,
    };
    if (anonymous || !here || !isLarge(request) || !/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) {
      if (anonymous || Number(request.headers['content-length']) <= bodyLimits.visitor) return ordinary;
      return isMember(request.headers.cookie).then((known) => (known ? ordinary : { ...ordinary, limit: bodyLimits.visitor }));
    }
    if (underway >= mostAtOnce) return { busy: 'Two files are being sent to the hub already. Go back and send yours again in a few seconds.' };
    // Taken before anybody is asked, so that no third one slips in meanwhile.
    const place = underway === mostAtOnce - 1 ? places.last : places.wide;
    underway++;
    let open = true;
    const end = () => {
      if (open) underway--;
      open = false;
    };
    return uploader(request.headers.cookie, pathname).then((memberId) => {
      if (memberId !== null && sending.has(memberId)) {
        end();
        return { busy: 'You are sending a file to the hub already. Go back and send this one when the other has arrived.' };
      }
      const wait = memberId === null ? 0 : (resting.get(memberId) ?? 0) - Date.now();
      if (wait > 0) {
        end();
        return { busy: `Your last file took long, so others go first. Go back and send this one in ${Math.ceil(wait / 1_000)} seconds.` };
      }
      if (memberId !== null) {
        sending.add(memberId);
        resting.delete(memberId);
        const began = Date.now();
        const arrived = () => {
          sending.delete(memberId);
          if (Date.now() - began >= turn) resting.set(memberId, Date.now() + turn);
        };
        return { limit: uploadBytes + bodyLimits.member, ...place, upload: true, arrived, end, tooLarge: `This file is too large: the hub takes files up to ${most}. Go back and choose a smaller one; in many PDFs it is the pictures that can be made smaller.` };
      }
      end();
      return ordinary;
    }, (error: unknown) => {
      end();
      throw error;
    });
  };
}

/** A body that does not say how long it is may be long. */
function isLarge({ headers }: IncomingMessage): boolean {
  return !(Number(headers['content-length']) <= bodyLimits.member);
}
