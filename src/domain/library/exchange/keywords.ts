import type { Term } from '../types.ts';

/** The themes the hub begins with, for whoever reads a file without the list of the database. */
export const themesAtStart: readonly Term[] = Object.entries({
  'citizen-participation': 'Citizen participation', 'performance-measurement': 'Performance measurement', management: 'Management and governance', 'staff-training': 'Staff and training',
  technology: 'Technology', 'data-analytics': 'Data and analysis', equity: 'Equity and access', multichannel: 'Channels', open311: 'Open311 and interoperability', implementation: 'Planning and launch',
  'costs-and-funding': 'Costs and funding', 'emergency-management': 'Emergencies and 911', recognition: 'Recognition and good practice',
}).map(([code, label]) => ({ code, label }));

/** Words that mean a theme when they are the whole keyword; a word in several would mean none. */
const words: Record<string, string> = {
  'citizen-participation': 'citizen engagement, civic engagement, public participation, community engagement, citizen participation and engagement, participation, engagement, coproduction, co-production, civic tech, civic technology, contacting, trust in government, public consultation',
  'performance-measurement': 'performance, performance management, performance indicators, performance measurement and reporting, performance measures, metrics, kpi, kpis, key performance indicators, citistat, service level agreements, sla, slas, public reporting',
  management: 'public management, governance, administration, public administration, leadership, organizational change, organisational change, change management, process redesign, process improvement',
  'staff-training': 'staff, staffing, training, human resources, workforce, workforce planning, workforce management, hiring, coaching, call centre staffing, call center staffing',
  technology: 'information technology, it, information systems, systems, ict, crm, crm software, telephony, artificial intelligence, ai, integration, mobile, chatbots, automation',
  'data-analytics': 'data, data analysis, data analytics, data management and analysis, data management, analytics, open data, data quality, data science, big data, prediction, predictive analytics',
  equity: 'accessibility, access, inclusion, digital divide, bias, reporting bias, language access, disability, social equity, equity and inclusion',
  multichannel: 'multi-channel, omnichannel, omni-channel, multichannel service, channels and multi-channel service, channel choice, channel management, social media',
  open311: 'interoperability, api, apis, georeport, georeport v2, standard, standards, open standards, open 311',
  implementation: 'planning, launch, planning and implementation, adoption, roll-out, rollout, procurement, business case, readiness, planning, implementation and launch',
  'costs-and-funding': 'costs, cost, funding, finance, budget, budgets, budgeting, cost per contact, cost-benefit analysis, grants, shared services',
  'emergency-management': 'emergencies, emergency, 911, disaster, disasters, disaster management, emergency response, emergency preparedness, emergency communications, crisis communication',
  recognition: 'award, awards, best practice, best practices, good practice, good practices, benchmarking, benchmarks, designation',
};

const fold = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/&/g, ' and ').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** Finds the theme that a keyword means. Made once for a file. */
export class Keywords {
  readonly #codes = new Map<string, string>();

  constructor(themes: readonly Term[] = themesAtStart) {
    for (const { code } of themes) for (const word of words[code]?.split(', ') ?? []) this.#codes.set(fold(word), code);
    for (const { code, label } of themes) this.#codes.set(fold(label), code);
    for (const { code } of themes) this.#codes.set(fold(code), code);
  }

  /** Whether there is a theme of this code. */
  has(code: string): boolean {
    return this.#codes.get(fold(code)) === code;
  }

  /** Whether there is a theme of each of these codes. */
  hasAll(codes: readonly string[]): boolean {
    return codes.every((code) => this.has(code));
  }

  /** Codes of themes in the order in which the keywords name them, four at most, and the keywords that mean none. */
  sort(keywords: readonly string[]): { themes: string[]; others: string[] } {
    const themes: string[] = [];
    const others: string[] = [];
    for (const keyword of keywords) {
      const code = this.#codes.get(fold(keyword));
      if (!code || (themes.length === 4 && !themes.includes(code))) others.push(keyword);
      else if (!themes.includes(code)) themes.push(code);
    }
    return { themes, others: [...new Set(others)] };
  }
}

/** The keywords of a field that holds several. */
export function keywordsIn(text: string | undefined): string[] {
  return (text ?? '').split(/[,;\n]/).map((keyword) => keyword.trim()).filter(Boolean);
}
