import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBibtex } from '#domain/library/bibtex.ts';
import { citableRecord } from '#domain/library/citable.ts';
import { citationStyles, cite, citeAll, citeLinked, type CitationStyle } from '#domain/library/cite.ts';
import type { Csl } from '#domain/library/csl.ts';
import { resourceTypes } from '#domain/vocabulary.ts';

const { works } = readBibtex(readFileSync(resolve(import.meta.dirname, '../../content/references.bib'), 'utf8'));
const work = (key: string) => {
  const found = works.find((w) => w.key === key);
  if (!found) throw new Error(`No ${key}.`);
  return found.csl;
};
const hub = { name: 'Practice Hub', url: 'https://hub.example.org' };
const may = { 'date-parts': [[2020, 5, 3]] };
const person = (family: string, given: string) => ({ family, given });

/** Expected lines, with italics as *…*, written after the manuals of the five styles. */
const expected: [what: string, csl: Partial<Csl>, lines: Partial<Record<CitationStyle, string>>][] = [
  ['journal article', work('arnstein1969ladder'), {
    apa: 'Arnstein, S. R. (1969). A Ladder of Citizen Participation. *Journal of the American Institute of Planners*, *35*(4), 216–224. https://doi.org/10.1080/01944366908977225',
    chicago: 'Arnstein, Sherry R. 1969. “A Ladder of Citizen Participation.” *Journal of the American Institute of Planners* 35 (4): 216–24. https://doi.org/10.1080/01944366908977225.',
    mla: 'Arnstein, Sherry R. “A Ladder of Citizen Participation.” *Journal of the American Institute of Planners*, vol. 35, no. 4, 1969, pp. 216–24, https://doi.org/10.1080/01944366908977225.',
    harvard: 'Arnstein, S.R. (1969) ‘A Ladder of Citizen Participation’, *Journal of the American Institute of Planners*, 35(4), pp. 216–224. Available at: https://doi.org/10.1080/01944366908977225.',
    vancouver: 'Arnstein SR. A Ladder of Citizen Participation. Journal of the American Institute of Planners. 1969;35(4):216–24.',
  }],
  ['book', work('ammons2012benchmarks'), {
    apa: 'Ammons, D. N. (2012). *Municipal Benchmarks: Assessing Local Performance and Establishing Community Standards* (3rd ed.). M. E. Sharpe.',
    chicago: 'Ammons, David N. 2012. *Municipal Benchmarks: Assessing Local Performance and Establishing Community Standards*. 3rd ed. Armonk, NY: M. E. Sharpe.',
    mla: 'Ammons, David N. *Municipal Benchmarks: Assessing Local Performance and Establishing Community Standards*. 3rd ed., M. E. Sharpe, 2012.',
    harvard: 'Ammons, D.N. (2012) *Municipal Benchmarks: Assessing Local Performance and Establishing Community Standards*. 3rd edn. Armonk, NY: M. E. Sharpe.',
    vancouver: 'Ammons DN. Municipal Benchmarks: Assessing Local Performance and Establishing Community Standards. 3rd ed. Armonk, NY: M. E. Sharpe; 2012.',
  }],
  ['chapter', work('hartmann2017citizen'), {
    apa: 'Hartmann, S., Mainka, A., & Stock, W. G. (2017). Citizen Relationship Management in Local Governments: The Potential of 311 for Public Service Delivery. In A. A. Paulin, L. G. Anthopoulos, & C. G. Reddick (Eds.), *Beyond Bureaucracy: Towards Sustainable Governance Informatisation* (pp. 337–353). Springer. https://doi.org/10.1007/978-3-319-54142-6_18',
    chicago: 'Hartmann, Sarah, Agnes Mainka, and Wolfgang G. Stock. 2017. “Citizen Relationship Management in Local Governments: The Potential of 311 for Public Service Delivery.” In *Beyond Bureaucracy: Towards Sustainable Governance Informatisation*, edited by Alois A. Paulin, Leonidas G. Anthopoulos, and Christopher G. Reddick, 337–53. Public Administration and Information Technology 25. Cham: Springer. https://doi.org/10.1007/978-3-319-54142-6_18.',
    mla: 'Hartmann, Sarah, et al. “Citizen Relationship Management in Local Governments: The Potential of 311 for Public Service Delivery.” *Beyond Bureaucracy: Towards Sustainable Governance Informatisation*, edited by Alois A. Paulin et al., Springer, 2017, pp. 337–53, https://doi.org/10.1007/978-3-319-54142-6_18.',
    vancouver: 'Hartmann S, Mainka A, Stock WG. Citizen Relationship Management in Local Governments: The Potential of 311 for Public Service Delivery. In: Paulin AA, Anthopoulos LG, Reddick CG, editors. Beyond Bureaucracy: Towards Sustainable Governance Informatisation. Cham: Springer; 2017. p. 337–53. (Public Administration and Information Technology).',
  }],
  ['report', work('behn2007citistat'), {
    apa: 'Behn, R. D. (2007). *What All Mayors Would Like to Know About Baltimore’s CitiStat Performance Strategy*. IBM Center for The Business of Government.',
    mla: 'Behn, Robert D. *What All Mayors Would Like to Know About Baltimore’s CitiStat Performance Strategy*. IBM Center for The Business of Government, 2007.',
    harvard: 'Behn, R.D. (2007) *What All Mayors Would Like to Know About Baltimore’s CitiStat Performance Strategy*. IBM Center for The Business of Government.',
    vancouver: 'Behn RD. What All Mayors Would Like to Know About Baltimore’s CitiStat Performance Strategy. IBM Center for The Business of Government; 2007.',
  }],
  ['news', work('baltsun1997calls'), {
    apa: 'Hermann, P. (1997, September). Calls to 311 Ease Load on City’s 911 Lines. *The Baltimore Sun*. http://articles.baltimoresun.com/1997-09-29/news/1997272003_1_police-officer-dispatched-ambulance-calls',
    chicago: 'Hermann, Peter. 1997. “Calls to 311 Ease Load on City’s 911 Lines.” *The Baltimore Sun*, September 1997. http://articles.baltimoresun.com/1997-09-29/news/1997272003_1_police-officer-dispatched-ambulance-calls.',
    mla: 'Hermann, Peter. “Calls to 311 Ease Load on City’s 911 Lines.” *The Baltimore Sun*, Sept. 1997, http://articles.baltimoresun.com/1997-09-29/news/1997272003_1_police-officer-dispatched-ambulance-calls.',
  }],
  ['web page of an organisation, without a year', work('chattadata'), {
    apa: 'City of Chattanooga. (n.d.). *High Performing Government (ChattaData dashboard)*. https://www.chattadata.org/stories/s/High-Performing-Government/5zat-n8s3/',
    chicago: 'City of Chattanooga. n.d. “High Performing Government (ChattaData Dashboard).” https://www.chattadata.org/stories/s/High-Performing-Government/5zat-n8s3/.',
    harvard: 'City of Chattanooga (no date) *High Performing Government (ChattaData dashboard)*. Available at: https://www.chattadata.org/stories/s/High-Performing-Government/5zat-n8s3/.',
    vancouver: 'City of Chattanooga. High Performing Government (ChattaData dashboard) [Internet]. Available from: https://www.chattadata.org/stories/s/High-Performing-Government/5zat-n8s3/',
  }],
  ['thesis', work('wu2015determinants'), {
    apa: 'Wu, W.-N. (2015). *Determinants of Citizens’ 311 Use Behaviors: 311 Citizen-initiated Contact, Contact Channel Choice, and Frequent Use* [Doctoral dissertation]. University of North Texas.',
    chicago: 'Wu, Wei-Ning. 2015. “Determinants of Citizens’ 311 Use Behaviors: 311 Citizen-Initiated Contact, Contact Channel Choice, and Frequent Use.” Doctoral dissertation, University of North Texas.',
    mla: 'Wu, Wei-Ning. *Determinants of Citizens’ 311 Use Behaviors: 311 Citizen-Initiated Contact, Contact Channel Choice, and Frequent Use*. 2015. University of North Texas, Doctoral dissertation.',
    vancouver: 'Wu WN. Determinants of Citizens’ 311 Use Behaviors: 311 Citizen-initiated Contact, Contact Channel Choice, and Frequent Use [Doctoral dissertation]. University of North Texas; 2015.',
  }],
  ['conference paper', work('king2007fix'), {
    apa: 'King, S. F., & Brown, P. (2007). Fix My Street or Else: Using the Internet to Voice Local Public Service Concerns. *Proceedings of the 1st International Conference on Theory and Practice of Electronic Governance (ICEGOV 2007)*.',
    mla: 'King, Stephen F., and Paul Brown. “Fix My Street or Else: Using the Internet to Voice Local Public Service Concerns.” *Proceedings of the 1st International Conference on Theory and Practice of Electronic Governance (ICEGOV 2007)*, ACM, 2007.',
    vancouver: 'King SF, Brown P. Fix My Street or Else: Using the Internet to Voice Local Public Service Concerns. In: Proceedings of the 1st International Conference on Theory and Practice of Electronic Governance (ICEGOV 2007). ACM; 2007.',
  }],
  ['two organisations, no year, no address', work('cops2005minneapolis'), {
    apa: 'City of Minneapolis & The MACRO Group. (n.d.). *Building a 311 System: A Case Study of the City of Minneapolis* [Case study]. U.S. Department of Justice, Office of Community Oriented Policing Services.',
    vancouver: 'City of Minneapolis, The MACRO Group. Building a 311 System: A Case Study of the City of Minneapolis. U.S. Department of Justice, Office of Community Oriented Policing Services.',
  }],
  ['nobody named', { type: 'book', title: 'A Handbook', publisher: 'ICMA', issued: { 'date-parts': [[1999]] } }, {
    apa: '*A Handbook*. (1999). ICMA.', chicago: '*A Handbook*. 1999. ICMA.', mla: '*A Handbook*. ICMA, 1999.', harvard: '*A Handbook* (1999). ICMA.', vancouver: 'A Handbook. ICMA; 1999.',
  }],
  ['more than twenty authors', { type: 'article-journal', title: 'Many hands', author: Array.from({ length: 25 }, (_, n) => person(`Name${n + 1}`, 'Ann')), 'container-title': 'Journal', volume: '1', page: '7', issued: { 'date-parts': [[2001]] } }, {
    apa: `${Array.from({ length: 19 }, (_, n) => `Name${n + 1}, A.`).join(', ')}, … Name25, A. (2001). Many hands. *Journal*, *1*, 7.`,
    mla: 'Name1, Ann, et al. “Many Hands.” *Journal*, vol. 1, 2001, p. 7.',
    harvard: 'Name1, A. *et al.* (2001) ‘Many hands’, *Journal*, 1, p. 7.',
    vancouver: 'Name1 A, Name2 A, Name3 A, Name4 A, Name5 A, Name6 A, et al. Many hands. Journal. 2001;1:7.',
  }],
  ['particles and a junior', { type: 'book', title: 'Names', author: [{ family: 'Jong', given: 'Jorrit', 'non-dropping-particle': 'de' }, { family: 'King', given: 'Martin Luther', suffix: 'Jr.' }], publisher: 'P', issued: { 'date-parts': [[2000]] } }, {
    apa: 'de Jong, J., & King, M. L., Jr. (2000). *Names*. P.',
    vancouver: 'de Jong J, King ML Jr. Names. P; 2000.',
  }],
  ['data set', { type: 'dataset', title: '311 service requests', author: [{ literal: 'City of New York' }], publisher: 'NYC Open Data', URL: 'https://data.example.gov/311', issued: may }, {
    apa: 'City of New York. (2020). *311 service requests* [Dataset]. NYC Open Data. https://data.example.gov/311',
  }],
  ['software', { type: 'software', title: 'FixMyStreet', author: [{ literal: 'mySociety' }], version: '4.0', URL: 'https://fixmystreet.org/', issued: may }, {
    apa: 'mySociety. (2020). *FixMyStreet* (Version 4.0) [Computer software]. https://fixmystreet.org/',
  }],
  ['author and publisher are the same', { type: 'report', title: 'State of 311', author: [{ literal: 'City of X' }], publisher: 'City of X', issued: may }, {
    apa: 'City of X. (2020). *State of 311*.', mla: '*State of 311*. City of X, 3 May 2020.', harvard: 'City of X (2020) *State of 311*. City of X.',
  }],
  ['a manual whose publisher stands where a journal would', work('auerbach2016tutorial'), {
    apa: 'Auerbach, J., & Eshleman, C. (2016). *Diving into New York City’s Service Requests (Commerce Data Usability Project tutorial)* [Manual]. U.S. Department of Commerce, Commerce Data Service. https://commercedataservice.github.io/tutorial_311_trees_p1/',
  }],
  ['a talk without an event', work('eichenthal_insideoutside'), {
    vancouver: 'Eichenthal D. Inside/Outside: Internal and Citizen Perspectives on Performance Measurement in Chattanooga, Tennessee. Community Research Council.',
  }],
  ['an article of the hub', citableRecord({ kind: 'article', slug: 'what-is-311', csl: { id: 'a', type: 'post-weblog', title: 'What is 311?', author: [{ literal: 'Practice Hub editors' }], issued: may } }, hub), {
    apa: 'Practice Hub editors. (2020, May 3). *What is 311?* Practice Hub. https://hub.example.org/library/what-is-311',
    chicago: 'Practice Hub editors. 2020. “What Is 311?” Practice Hub. May 3, 2020. https://hub.example.org/library/what-is-311.',
    mla: 'Practice Hub editors. “What Is 311?” *Practice Hub*, 3 May 2020, https://hub.example.org/library/what-is-311.',
  }],
  ['a practice of the hub', citableRecord({ kind: 'practice', slug: 'repair', csl: { id: 'p', type: 'report', genre: 'Best practice', title: 'The repair', issued: may } }, hub), {
    apa: 'Practice Hub. (2020). *The repair* [Best practice]. https://hub.example.org/library/repair',
    mla: '*The Repair*. Best practice, Practice Hub, 3 May 2020, https://hub.example.org/library/repair.',
    vancouver: 'Practice Hub. The repair [Internet]. Practice Hub; 2020 May. Available from: https://hub.example.org/library/repair',
  }],
];

describe('citations after the manuals', () => {
  test.each(expected.flatMap(([what, csl, lines]) => citationStyles.flatMap(({ code }) => (lines[code] ? [{ what, style: code, csl, line: lines[code] }] : []))))('$what in $style', ({ csl, style, line }) => {
    const citation = cite(csl, style);
    expect(citation.text).toBe(line.replaceAll('*', ''));
    let open = false;
    expect(citation.html.replaceAll('&amp;', '&')).toBe(line.replace(/\*/g, () => { open = !open; return open ? '<i>' : '</i>'; }));
  });
});

test('every work of the bibliography, and every resource type with little known, is cited in every style without a hole', () => {
  const little = resourceTypes.map(({ csl }): Partial<Csl> => ({ type: csl, title: 'Something' }));
  const lines = [...works.map((w) => w.csl), ...little].flatMap((csl) => citeAll(csl).map(({ text, html }) => ({ text, html, title: csl.title ?? '' })));
  expect(lines).toHaveLength((works.length + resourceTypes.length) * citationStyles.length);
  expect(lines.filter(({ text }) => /undefined|null|\[object|NaN|STYLE ERROR|\.\.|,,|; ?$|[\uE000-\uF8FF]|\(\)|\[\]/.test(text))).toEqual([]);
  expect(lines.filter(({ text, title }) => !text.toLowerCase().includes(title.slice(0, 12).toLowerCase().replace(/'/g, '’').replace(/"(\S)/g, '“$1').split('“')[0] ?? ''))).toEqual([]);
});

test('the five styles and BibTeX, in the order of the page; a record without a title has none', () => {
  expect(citeAll(work('behn2003why'), '@article{a & b}\n').map(({ label }) => label)).toEqual(['APA', 'Chicago (author-date)', 'MLA', 'Harvard', 'Vancouver', 'BibTeX']);
  expect(citeAll(work('behn2003why'), '@article{a & b}\n').at(-1)).toMatchObject({ html: '@article{a &amp; b}', text: '@article{a & b}' });
  expect(citeAll({})).toEqual([]);
});

describe('what somebody typed into a record', () => {
  const hostile: Partial<Csl> = {
    type: 'book', title: '<script>alert(1)</script> "A" & <img src=x onerror=alert(1)> \uE100\uE102</i>', author: [{ family: '<b onclick="x">F', given: '"&\'' }, { literal: '</p><style>' }],
    publisher: '<a href="javascript:alert(1)">P</a>', URL: 'https://e.example/"><script>alert(2)</script>', issued: { literal: '<svg/onload=alert(3)>' },
  };

  test.each(citationStyles.map((style) => style.code))('cannot become markup in %s', (style) => {
    const { html, text } = cite(hostile, style);
    expect(html.replace(/<\/?(?:i|b|sup|sub)>/g, '')).not.toMatch(/[<>"']/);
    expect(text).toContain('<script>');
    expect(text).not.toMatch(/[\uE100-\uE109]/);
  });

  test('cannot become markup in a list of works either', () => {
    const html = citeLinked(hostile, '/library/"><script>');
    expect(html.replace(/<\/?(?:i|b|sup|sub|a href="[^"<>]*"|a)>/g, '')).not.toMatch(/[<>]/);
    expect(html).toContain('href="/library/&quot;&gt;&lt;script&gt;"');
  });

  test('keeps the markup that CSL-JSON knows', () => {
    expect(cite({ type: 'article-journal', title: 'CO<sub>2</sub> and <i>Homo urbanus</i>', 'container-title': 'J' }, 'apa').html).toContain('CO<sub>2</sub> and <i>Homo urbanus</i>');
  });

  test('and dates that are none do not stop the page', () => {
    const dates: Csl['issued'][] = [{}, { 'date-parts': [[2014, 13, 45]] }, { 'date-parts': [[0]] }, { raw: 'sometime' }, { literal: 'Spring 2010' }, { edtf: '2010-05' }, { 'date-parts': [[2010], [2012]] }, { 'date-parts': [[2010]], season: '9', circa: true }];
    for (const issued of dates) for (const { code } of citationStyles) expect(cite({ type: 'book', title: 'T', author: [{}], issued }, code).text).toContain('T');
    expect(cite({ type: 'book', title: 'T', issued: { literal: 'Spring 2010' } }, 'apa').text).toBe('T. (Spring 2010).');
    expect(cite({ type: 'book', title: 'T', issued: { edtf: '2010-05' } }, 'apa').text).toBe('T. (2010).');
  });
});

describe('a work in a list', () => {
  test('links its title, slants its container and shortens its address', () => {
    const behn: Partial<Csl> = { type: 'article-journal', title: "Why Measure? The City's Way", author: [person('Behn', 'Robert')], issued: { 'date-parts': [[2003]] }, 'container-title': 'Public Administration Review', DOI: '10.1111/1540-6210.00322' };
    expect(citeLinked(behn, '/library/behn')).toBe('Behn, R. (2003). <a href="/library/behn">Why Measure? The City’s Way</a>. <i>Public Administration Review</i>. doi.org/10.1111/1540-6210.00322');
    expect(citeLinked(behn, null)).toBe('Behn, R. (2003). Why Measure? The City’s Way. <i>Public Administration Review</i>. doi.org/10.1111/1540-6210.00322');
    expect(citeLinked({ type: 'webpage', title: 'Data', URL: 'https://www.example.gov/a/very/long/address/of/a/page.html' }, '/library/d')).toBe('<i><a href="/library/d">Data</a></i>. (n.d.). example.gov/…');
  });

  test('is only named where it is not published yet', () => {
    expect(citeLinked({ title: 'A work that is not published yet' }, null)).toBe('A work that is not published yet');
  });

  test('has its link in one piece for every work of the bibliography', () => {
    for (const { csl } of works) expect(citeLinked(csl, '/x')).toMatch(/^[^]*<a href="\/x">(?:[^<]|<\/?i>)+<\/a>[^]*$/);
  });
});
