import type { ResourceKind, Term } from './library/types.ts';

interface ResourceType extends Term {
  /** As a heading over several. */
  plural: string;
  /** Type of the work in CSL-JSON. */
  csl: string;
}

/** Kinds of work a resource can be, in the order of the library's filter. `article` and `practice` are the hub's own. */
export const resourceTypes: readonly ResourceType[] = [
  { code: 'article', label: 'Hub article', plural: 'Hub articles', csl: 'post-weblog' },
  { code: 'practice', label: 'Best practice', plural: 'Best practices', csl: 'report' },
  { code: 'journal-article', label: 'Journal article', plural: 'Journal articles', csl: 'article-journal' },
  { code: 'book', label: 'Book', plural: 'Books', csl: 'book' },
  { code: 'book-chapter', label: 'Book chapter', plural: 'Book chapters', csl: 'chapter' },
  { code: 'report', label: 'Report', plural: 'Reports', csl: 'report' },
  { code: 'manual', label: 'Manual, guide, toolkit', plural: 'Manuals, guides, toolkits', csl: 'report' },
  { code: 'case-study', label: 'Case study', plural: 'Case studies', csl: 'report' },
  { code: 'conference-paper', label: 'Conference paper', plural: 'Conference papers', csl: 'paper-conference' },
  { code: 'event', label: 'Conference, webinar, meeting', plural: 'Conferences, webinars, meetings', csl: 'event' },
  { code: 'thesis', label: 'Thesis or dissertation', plural: 'Theses and dissertations', csl: 'thesis' },
  { code: 'newspaper-article', label: 'Newspaper article', plural: 'Newspaper articles', csl: 'article-newspaper' },
  { code: 'magazine-article', label: 'Magazine or trade article', plural: 'Magazine and trade articles', csl: 'article-magazine' },
  { code: 'website', label: 'Web site or page', plural: 'Web sites and pages', csl: 'webpage' },
  { code: 'presentation', label: 'Slides, recorded talk', plural: 'Slides, recorded talks', csl: 'speech' },
  { code: 'legal', label: 'Law, order, resolution', plural: 'Laws, orders, resolutions', csl: 'legislation' },
  { code: 'standard', label: 'Standard or specification', plural: 'Standards and specifications', csl: 'standard' },
  { code: 'dataset', label: 'Data set', plural: 'Data sets', csl: 'dataset' },
  { code: 'template', label: 'Template', plural: 'Templates', csl: 'document' },
  { code: 'software', label: 'Software, tool, calculator', plural: 'Software, tools, calculators', csl: 'software' },
];

const byCode = new Map(resourceTypes.map((t) => [t.code, t]));

/** The words for a resource type; an unknown code stands for itself. */
export function resourceType(code: string): ResourceType {
  return byCode.get(code) ?? { code, label: code, plural: code, csl: 'document' };
}

/** Types a coordinator may give to a resource of this kind. */
export function typesOf(kind: ResourceKind): readonly ResourceType[] {
  return kind === 'reference' ? resourceTypes.slice(2) : resourceTypes.filter((t) => t.code === kind);
}

const terms = (entries: Record<string, string>): readonly Term[] => Object.entries(entries).map(([code, label]) => ({ code, label }));

export const evidenceLevels = terms({
  'peer-reviewed': 'Peer-reviewed research', 'official-report': 'Official report', practitioner: 'Practitioner account', news: 'News', vendor: 'Vendor material',
});

export const jurisdictions = terms({
  municipality: 'Municipality', township: 'Township', county: 'County', consolidated: 'Consolidated city and county', regional: 'Regional body',
  'state-province': 'State or province', 'special-district': 'Special district', 'tribal-indigenous': 'Tribal or Indigenous government',
  'federal-national': 'Federal or national government', other: 'Other',
});

export const channels = terms({
  'phone-311': 'Telephone, 3-1-1', 'phone-other': 'Telephone, other number', ivr: 'Automated voice', web: 'Web form or portal', 'mobile-app': 'Mobile app',
  text: 'Text message', chat: 'Live chat', 'virtual-agent': 'Automated assistant', email: 'E-mail', 'social-media': 'Social media', 'walk-in': 'Counter, kiosk',
  'mail-fax': 'Letter, fax', 'elected-office': "Elected official's office", 'open-api': 'Third-party app through Open311', staff: 'Reported by staff',
  sensor: 'Device or telematics', unknown: 'Unknown',
});

export const serviceAreas = terms({
  'streets-sidewalks': 'Streets, sidewalks, potholes', 'lighting-signals': 'Street lights, signs, signals', 'parking-vehicles': 'Parking, abandoned vehicles',
  'sanitation-recycling': 'Trash, recycling, bulky items', 'street-cleaning-dumping': 'Street cleaning, illegal dumping, graffiti',
  'water-sewer-drainage': 'Water, sewer, drainage', 'trees-parks': 'Trees, parks, recreation', 'housing-buildings': 'Housing, permits, inspections',
  'code-nuisance': 'Weeds, property nuisance, noise', 'animals-pests': 'Animals and pests', 'public-health': 'Public health',
  'homeless-social': 'Homeless outreach, social services', 'public-safety-nonemergency': 'Non-emergency police and fire', 'transport-transit': 'Transit, taxi, bicycles',
  'licences-taxes-payments': 'Licences, taxes, payments', 'elections-records': 'Elections, records', 'emergency-information': 'Emergency information',
  'general-information': 'General information',
});

export const audiences = terms({
  'elected-official': 'Elected officials', executive: 'Executives', '311-manager': '311 managers', 'agent-trainer': 'Agents and trainers', it: 'Information technology',
  analyst: 'Analysts', researcher: 'Researchers', student: 'Students', 'community-group': 'Community groups',
});

/** The label of a code in one of the small lists; an unknown code stands for itself. */
export function labelOf(list: readonly Term[], code: string): string {
  return list.find((t) => t.code === code)?.label ?? code;
}

interface RightsStatement extends Term {
  /** Address of the licence or statement; null where none is published. */
  url: string | null;
}

/** What may be done with a work: Creative Commons licences and statements of rightsstatements.org. */
export const rightsStatements: readonly RightsStatement[] = [
  { code: 'cc0', label: 'No rights reserved (CC0 1.0)', url: 'https://creativecommons.org/publicdomain/zero/1.0/' },
  { code: 'cc-by', label: 'Free with credit (CC BY 4.0)', url: 'https://creativecommons.org/licenses/by/4.0/' },
  { code: 'cc-by-sa', label: 'Free with credit, shared alike (CC BY-SA 4.0)', url: 'https://creativecommons.org/licenses/by-sa/4.0/' },
  { code: 'cc-by-nd', label: 'Free with credit, unchanged (CC BY-ND 4.0)', url: 'https://creativecommons.org/licenses/by-nd/4.0/' },
  { code: 'cc-by-nc', label: 'Free with credit, not for business (CC BY-NC 4.0)', url: 'https://creativecommons.org/licenses/by-nc/4.0/' },
  { code: 'cc-by-nc-sa', label: 'Free with credit, not for business, shared alike (CC BY-NC-SA 4.0)', url: 'https://creativecommons.org/licenses/by-nc-sa/4.0/' },
  { code: 'cc-by-nc-nd', label: 'Free with credit, not for business, unchanged (CC BY-NC-ND 4.0)', url: 'https://creativecommons.org/licenses/by-nc-nd/4.0/' },
  { code: 'public-domain', label: 'Public domain in the United States', url: 'https://rightsstatements.org/vocab/NoC-US/1.0/' },
  { code: 'open-licence', label: 'Open licence of a government (see the note)', url: null },
  { code: 'permission', label: 'In copyright, shared here with permission', url: null },
  { code: 'in-copyright', label: 'In copyright', url: 'https://rightsstatements.org/vocab/InC/1.0/' },
  { code: 'undetermined', label: 'Copyright not determined', url: 'https://rightsstatements.org/vocab/UND/1.0/' },
];

/** The words for a rights statement; an unknown code stands for itself. */
export function rightsStatement(code: string): RightsStatement {
  return rightsStatements.find((r) => r.code === code) ?? { code, label: code, url: null };
}

/** Population classes of the ICMA Municipal Year Book: lower bound inclusive, upper exclusive. */
export const populationBands = [
  { code: '1m-plus', label: '1,000,000 and more', from: 1_000_000 },
  { code: '500k-1m', label: '500,000 to 999,999', from: 500_000 },
  { code: '250k-500k', label: '250,000 to 499,999', from: 250_000 },
  { code: '100k-250k', label: '100,000 to 249,999', from: 100_000 },
  { code: '50k-100k', label: '50,000 to 99,999', from: 50_000 },
  { code: '25k-50k', label: '25,000 to 49,999', from: 25_000 },
  { code: '10k-25k', label: '10,000 to 24,999', from: 10_000 },
  { code: '5k-10k', label: '5,000 to 9,999', from: 5_000 },
  { code: '2500-5k', label: '2,500 to 4,999', from: 2_500 },
  { code: 'under-2500', label: 'under 2,500', from: 0 },
] as const;

/** Code of the band that this many people fall into; null for null. */
export function populationBand(population: number | null): string | null {
  return population === null ? null : populationBands.find((band) => population >= band.from)?.code ?? null;
}
