/** How <practice-hub-search> looks. The page around it may set the custom properties; the grades of colour are those of the hub's tokens. */
export const embedStyles = `
:host {
  --light-ground: #fff; --light-ink: #1c1d1f; --light-soft: #565c65; --light-link: #00687d; --light-line: #71767a; --light-tint: #e7f6f8; --light-accent: #ffbe2e; --light-on-accent: #3b2b15;
  --dark-ground: #111819; --dark-ink: #edeff0; --dark-soft: #a9aeb1; --dark-link: #5dc0d1; --dark-line: #8d9297; --dark-tint: #203133;
  --ground: var(--hub-ground, light-dark(var(--light-ground), var(--dark-ground)));
  --ink: var(--hub-ink, light-dark(var(--light-ink), var(--dark-ink)));
  --soft: var(--hub-soft, light-dark(var(--light-soft), var(--dark-soft)));
  --link: var(--hub-link, light-dark(var(--light-link), var(--dark-link)));
  --line: var(--hub-line, light-dark(var(--light-line), var(--dark-line)));
  --tint: var(--hub-tint, light-dark(var(--light-tint), var(--dark-tint)));
  --accent: var(--hub-accent, var(--light-accent));
  --on-accent: var(--hub-on-accent, var(--light-on-accent));
  display: block; max-inline-size: 40rem; font: inherit; line-height: 1.4;
}
:host([hidden]) { display: none; }
:host([theme='light']) { color-scheme: light; }
:host([theme='dark']) { color-scheme: dark; }
* { box-sizing: border-box; }
form { position: relative; display: flex; margin: 0; }
input { flex: 1; min-inline-size: 0; min-block-size: 2.75rem; margin: 0; padding-inline: 0.75rem; border: 2px solid var(--line); border-inline-end: 0; border-radius: 0.25rem 0 0 0.25rem; background: var(--ground); color: var(--ink); font: inherit; font-size: max(1rem, 1em); appearance: none; }
input::placeholder { color: var(--soft); opacity: 1; }
input:focus-visible, button:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; position: relative; z-index: 1; }
button { min-block-size: 2.75rem; min-inline-size: 2.75rem; margin: 0; padding-inline: 0.9rem; border: 0; border-radius: 0 0.25rem 0.25rem 0; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 700; cursor: pointer; }
.search-options { position: absolute; z-index: 10; inset: calc(100% + 6px) 0 auto; padding: 0.25rem; border: 1px solid var(--line); border-radius: 0.25rem; background: var(--ground); color: var(--ink); box-shadow: 0 0.75rem 2rem rgb(0 0 0 / 22%); text-align: start; }
.search-options:not([hidden]) { display: flex; flex-direction: column; max-block-size: 70vh; }
.option-list { overflow-y: auto; overscroll-behavior: contain; }
[hidden] { display: none; }
.option { min-block-size: 2.75rem; padding: 0.5rem 0.75rem; border-radius: 0.25rem; cursor: pointer; overflow-wrap: anywhere; }
.option:hover, .option[aria-selected='true'] { background: var(--tint); }
.option[aria-selected='true'] { box-shadow: inset 3px 0 0 var(--link); }
.option span { display: block; }
.option-title, .option-all { font-weight: 650; color: var(--link); }
.option-meta, .option-note { font-size: 0.875em; color: var(--soft); }
.option-note { margin: 0; padding: 0.5rem 0.75rem; overflow-wrap: anywhere; }
.option-all { border-block-start: 1px solid var(--line); border-start-start-radius: 0; border-start-end-radius: 0; }
.visually-hidden { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (forced-colors: active) { .option[aria-selected='true'] { outline: 2px solid Highlight; outline-offset: -2px; } }
`;
