import Callout from './Callout.astro';
import Checklist from './Checklist.astro';
import Cite from './Cite.astro';
import EmbeddedSearch from './EmbeddedSearch.astro';
import Figure from './Figure.astro';
import Measure from './Measure.astro';
import ScrollTable from './ScrollTable.astro';

/** What authors may use in MDX: `<Content components={components} />`. */
export const components = { Callout, Checklist, Figure, Cite, Measure, EmbeddedSearch, table: ScrollTable };
export { Callout, Checklist, Figure, Cite, Measure, EmbeddedSearch };
