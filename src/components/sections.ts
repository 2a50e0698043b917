/** The parts of the hub a page can belong to. */
export type Section = 'home' | 'library' | 'practices' | 'themes' | 'forums' | 'members' | 'about' | 'desk' | 'account';

/** The primary navigation, in order. */
export const navigation: { section: Section; label: string; href: string }[] = [
  { section: 'library', label: 'Library', href: '/library' },
  { section: 'practices', label: 'Best practices', href: '/library?type=practice' },
  { section: 'themes', label: 'Themes', href: '/themes' },
  { section: 'forums', label: 'Forums', href: '/forums' },
  { section: 'members', label: 'Members', href: '/members' },
  { section: 'about', label: 'About', href: '/about' },
];
