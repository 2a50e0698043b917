/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    viewer: import('#domain/people/types.ts').Viewer;
    /** The viewer's session. */
    session: import('#domain/people/sessions.ts').Session | null;
    /** The address the request comes from, for rate limits. */
    address: string;
    /** Why the page that was asked for is not shown; read by pages/refusal.astro alone. */
    refusal?: { status: number; title: string; message: string; successor?: { url: string; title: string } | null; way?: { url: string; title: string } | null; next?: string; kept?: boolean; /** The page that the form is on. */ form?: string };
    /** What was sent with a form on the page without a session, and when: whether the form holds it now, or its sender is asked first. */
    kept?: { at: Date; shown: boolean };
    /** Resolves when whoever reads an answer that is sent while it is made has taken most of it; set for what asks not to be buffered. */
    drained?: () => Promise<void>;
    /** Seconds to wait, when something was done too often. */
    retryAfter?: number;
    /** Numbers of the files of the form that count as brought already, in this request. */
    filesCounted?: Set<number>;
    /** Works by bibliography key, set by a page before it renders a piece with <Cite>. */
    citations?: Map<string, { slug: string; short: string; number: number; title: string; linked: boolean }>;
    /** Measures by id, set by a page before it renders a piece with <Measure>. */
    measures?: Map<string, { id: string; name: string; formula: string; unit: string; better: string; means: string; pitfall?: string | undefined }>;
  }
}
