import type { APIRoute } from 'astro';
import { NotFound } from '#domain/errors.ts';
import { collectedIds, latestItems } from '#domain/library/collection-items.ts';
import { collectionIdIn, findCollection, type Collection } from '#domain/library/collections.ts';
import { exchangeFormats } from '#domain/library/exchange/record.ts';
import { exportRecords } from '#domain/library/exporting.ts';
import { feedResponse } from '#lib/feeds.ts';
import { settings } from '#lib/settings.ts';
import { exportResponse } from '../../exports.ts';
import { itemOfResource } from '../../feeds.ts';

/** A reading list as a file to keep (.bib .ris .csl.json .csv), in its order, or as a feed of what was put on it last (.atom .json). A private one only for its owner. */
export const GET: APIRoute = ({ params, locals, redirect, url: { pathname } }) => {
  const { ending = '' } = params;
  const format = exchangeFormats.find((known) => known === ending);
  if (!format && ending !== 'atom' && ending !== 'json') throw new NotFound();
  const collection = findCollection(locals.viewer, collectionIdIn(params['collection']));
  if (pathname !== `${collection.url}.${ending}`) return redirect(`${collection.url}.${ending}`, 301);
  const response = format ? exportResponse(format, exportRecords(collectedIds(collection)), collection.slug, locals.drained) : feedOf(collection, ending === 'atom' ? 'atom' : 'json');
  if (!collection.isPublic) response.headers.set('cache-control', 'private, no-store');
  return response;
};

function feedOf(collection: Collection, ending: 'atom' | 'json'): Response {
  const { name, url } = settings();
  const page = url + collection.url;
  const items = latestItems(collection, 30).map(({ resource, note, addedAt }) => {
    const item = itemOfResource(resource);
    return { ...item, summary: note || item.summary, published: addedAt, updated: addedAt };
  });
  return feedResponse(ending, {
    id: `${url}/collections/${collection.id}`, title: `${name}: ${collection.title}`, page, self: `${page}.${ending}`, updated: collection.updatedAt, items,
  });
}
