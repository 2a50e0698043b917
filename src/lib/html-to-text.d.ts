/** What the hub uses of html-to-text, which brings no types. */
declare module 'html-to-text' {
  export interface ElementNode { name: string; attribs: Record<string, string>; children: ElementNode[] }
  export interface BlockBuilder {
    openBlock: (options: { leadingLineBreaks: number }) => void;
    closeBlock: (options: { trailingLineBreaks: number }) => void;
    addInline: (text: string) => void;
  }
  export type Recurse = (nodes: ElementNode[], builder: BlockBuilder) => void;
  export function compile(options: {
    wordwrap: false;
    formatters?: Record<string, (node: ElementNode, walk: Recurse, builder: BlockBuilder) => void>;
    selectors?: { selector: string; format?: string; options?: Record<string, unknown> }[];
  }): (html: string) => string;
}
