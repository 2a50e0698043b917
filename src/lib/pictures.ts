import { fileKindOf } from './file-kind.ts';
import type { Received } from './taking-files.ts';

/** Pixels of the longer side: larger pictures are made smaller. */
const mostPixels = 2000;
/** Pixels of all frames together that are decoded: what claims to have more is a bomb, or a poster. */
const mostDecoded = 80_000_000;

export interface Picture extends Received { width: number; height: number }

/** Pixels of a side of a portrait. */
const portraitPixels = 320;

/** A portrait: the middle of a picture as a WebP square without anything but pixels in it. A refusal is a sentence for who sent it. */
export async function drawPortrait({ bytes }: Received): Promise<Pick<Received, 'bytes' | 'kind' | 'mediaType'> | { refusal: string }> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  const drawn = await sharp(bytes, { limitInputPixels: mostDecoded, failOn: 'error' })
    .autoOrient().resize({ width: portraitPixels, height: portraitPixels, fit: 'cover' }).webp({ quality: 82 }).toBuffer().catch(() => null);
  const kind = fileKindOf('image/webp');
  return drawn && kind ? { bytes: drawn, kind, mediaType: kind.mediaType } : { refusal: unreadable };
}

const unreadable = 'This picture cannot be read, or it is far larger than a screen. Save it again, smaller, and send the new file.';

/**
 * A picture drawn anew: turned as the camera says, at most 2,000 pixels a side, and without anything but pixels in it: no place, no time, no name
 * of a camera or person, no second picture behind it. What moves goes on moving. The kind stays as it was. A refusal is a sentence for who sent it.
 */
export async function redrawPicture({ bytes, kind, mediaType }: Received): Promise<Picture | { refusal: string }> {
  // Loaded with the first picture: a hub without any does not need its memory.
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  const animated = kind.ending === 'gif' || kind.ending === 'webp';
  const drawn = await sharp(bytes, { animated, limitInputPixels: mostDecoded, failOn: 'error' })
    .autoOrient().resize({ width: mostPixels, height: mostPixels, fit: 'inside', withoutEnlargement: true })
    .toFormat(kind.ending === 'jpg' ? 'jpeg' : kind.ending === 'png' ? 'png' : kind.ending === 'gif' ? 'gif' : 'webp', kind.ending === 'jpg' || kind.ending === 'webp' ? { quality: 82 } : {})
    .toBuffer({ resolveWithObject: true }).then((found) => found, () => null);
  if (!drawn) return { refusal: unreadable };
  return { bytes: drawn.data, kind, mediaType, width: drawn.info.width, height: drawn.info.pageHeight ?? drawn.info.height };
}
