import { isInputError, type ActionClient, type SafeResult } from 'astro:actions';
import type { AstroGlobal } from 'astro';
import { forgetForm, keptForm, noStrayCookie, type SentForm } from '#domain/forum/stray-drafts.ts';
import { setCookie } from './actions/handlers.ts';
import { browserOf } from './entering.ts';

/** What a page knows of a form that was just sent to it. */
export interface FormState<Output> {
  /** Whether this form was sent with this request. */
  sent: boolean;
  /** What the command returned, when it succeeded. */
  data: Output | undefined;
  succeeded: boolean;
  /** One sentence per field that could not be taken. */
  errors: Record<string, string>;
  /** What is wrong with the whole, when no single field is. */
  message: string | null;
  /** The typed text of a field, or the given one when the form was not sent; typed is also what was sent without a session and its sender has asked for. */
  value: (field: string, otherwise?: string | null) => string;
  values: (field: string, otherwise?: string[]) => string[];
}

type FormAction<Output> = ActionClient<Output, 'form', never> | ((input: FormData) => Promise<SafeResult<never, Output>>);

const read = new WeakMap<Request, Promise<FormData>>();

/** The form that a request brings, taken apart once however often it is asked for. Rejects with a TypeError when it is broken. */
export function readForm(request: Request): Promise<FormData> {
  const form = read.get(request) ?? request.clone().formData();
  read.set(request, form);
  return form;
}

/** What came with this form when nobody was signed in, once its sender has asked for it on this page; that it waits for them is said by the layout. */
async function keptTyped(page: Page, form: SentForm | null): Promise<FormData | null> {
  const { url, locals, request } = page;
  const kept = locals.viewer && form && url.searchParams.has('kept') ? keptForm(locals.viewer.id, form, browserOf(page)) : null;
  if (!kept) return null;
  const answer = request.method === 'POST' ? (await readForm(request)).get('kept') : null;
  if (answer === 'drop') {
    forgetKept(page, form);
    return null;
  }
  locals.kept = { at: kept.at, shown: answer === 'show' };
  if (answer !== 'show') return null;
  const typed = new FormData();
  for (const [field, values] of Object.entries(kept.fields)) for (const value of [values].flat()) typed.append(field, value);
  return typed;
}

function forgetKept(page: Page, form: SentForm | null): void {
  if (page.locals.viewer && form && forgetForm(page.locals.viewer.id, form, browserOf(page))) setCookie(page, noStrayCookie());
}

/** Which form of a page an action belongs to. */
function sentForm({ url }: Page, action: unknown): SentForm | null {
  const name = new URLSearchParams(String(action)).get('_action');
  return name ? { action: name, path: url.pathname } : null;
}

type Page = Pick<AstroGlobal, 'getActionResult' | 'request' | 'url' | 'locals' | 'cookies'>;

/** Reads the answer of an action and the text that was typed, so that a failed form shows both again. */
export async function formState<Output>(
  page: Page,
  // The type of an action is its whole zod schema; all a page needs of it is what it returns.
  action: FormAction<Output> & Parameters<AstroGlobal['getActionResult']>[0],
): Promise<FormState<Output>> {
  const result = page.getActionResult(action) as SafeResult<Record<string, unknown>, Output> | undefined;
  const form = sentForm(page, action);
  const typed = result ? await readForm(page.request) : await keptTyped(page, form);
  if (result && !result.error) forgetKept(page, form);
  const fields = isInputError(result?.error) ? result.error.fields : null;
  const errors = Object.fromEntries(Object.entries(fields ?? {}).flatMap(([name, messages]) => (messages?.[0] ? [[name, messages[0]]] : [])));
  return {
    sent: result !== undefined,
    data: result?.data,
    succeeded: result !== undefined && !result.error,
    errors,
    message: result?.error && !fields ? result.error.message : null,
    value: (field, otherwise = '') => { const v = typed?.get(field); return typeof v === 'string' ? v : typed ? '' : otherwise ?? ''; },
    values: (field, otherwise = []) => (typed ? typed.getAll(field).filter((v) => typeof v === 'string') : otherwise),
  };
}

/** The address of an action whose answer is the page that is shown, at the place in its list of posts where it is: the action's own leads to the first page of them. */
export function stayingOn({ searchParams }: URL, action: unknown): string {
  const [query, fragment] = String(action).split('#');
  const kept = new URLSearchParams([...searchParams].filter(([name]) => name === 'page' || name === 'comments'));
  return `${[query, kept].filter(String).join('&')}${fragment === undefined ? '' : `#${fragment}`}`;
}
