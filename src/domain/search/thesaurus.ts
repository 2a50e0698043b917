export interface ThesaurusEntry { id: number; term: string; also: readonly string[]; related: readonly string[]; note: string | null }
export const thesaurusEntries = (): readonly ThesaurusEntry[] => [];
