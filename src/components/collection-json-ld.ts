import type { CollectionItem } from '#domain/library/collection-items.ts';
import type { Collection } from '#domain/library/collections.ts';
import { jsonLdText } from '#domain/library/json-ld.ts';
import { settings } from '#lib/settings.ts';

/** A public reading list for search engines (schema.org CollectionPage with an ItemList), as text that can stand in a script element. */
export function jsonLdOfCollection({ title, excerpt, url, owner, createdAt, updatedAt }: Collection, items: readonly CollectionItem[], total: number): string {
  const hub = settings();
  const list = {
    '@context': 'https://schema.org', '@type': 'CollectionPage', name: title, ...(excerpt && { description: excerpt }), url: hub.url + url, inLanguage: 'en',
    author: { '@type': 'Person', name: owner.name, ...(owner.handle && { url: `${hub.url}/members/${owner.handle}` }) },
    dateCreated: createdAt.toISOString(), dateModified: updatedAt.toISOString(), isPartOf: { '@type': 'WebSite', name: hub.name, url: hub.url },
    mainEntity: {
      '@type': 'ItemList', name: title, numberOfItems: total, itemListOrder: 'https://schema.org/ItemListOrderAscending',
      itemListElement: items.map(({ number, resource }) => ({ '@type': 'ListItem', position: number, name: resource.title, url: `${hub.url}/library/${resource.slug}` })),
    },
  };
  return jsonLdText(list);
}
