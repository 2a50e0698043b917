interface Node<Key> { next: Map<string, Node<Key>>; /** Where the longest end of what was read leads that begins a phrase too. */ shorter: Node<Key> | null; keys: Key[] }

/**
 * A function that says which of many phrases stand in a text, as whole words: the keys of those, each once. It goes through the text once however many phrases
 * there are and however alike they are (Aho and Corasick, 1975).
 */
export function phraseFinder<Key>(phrases: readonly { words: readonly string[]; key: Key }[]): (text: readonly string[]) => Set<Key> {
  const root: Node<Key> = { next: new Map(), shorter: null, keys: [] };
  for (const { words, key } of phrases) if (words.length > 0) words.reduce((node, word) => stepOf(node, word), root).keys.push(key);
  const nodes = [root];
  for (const node of nodes) {
    for (const [word, next] of node.next) {
      next.shorter = node === root ? root : after(root, node.shorter ?? root, word);
      nodes.push(next);
    }
  }
  return (text) => {
    const found = new Set<Key>();
    const seen = new Set<Node<Key>>([root]);
    let node = root;
    for (const word of text) {
      node = after(root, node, word);
      for (let end: Node<Key> | null = node; end && !seen.has(end); end = end.shorter) {
        seen.add(end);
        for (const key of end.keys) found.add(key);
      }
    }
    return found;
  };
}

function stepOf<Key>(node: Node<Key>, word: string): Node<Key> {
  const next = node.next.get(word) ?? { next: new Map(), shorter: null, keys: [] };
  node.next.set(word, next);
  return next;
}

function after<Key>(root: Node<Key>, from: Node<Key>, word: string): Node<Key> {
  for (let node: Node<Key> | null = from; node; node = node.shorter) {
    const next = node.next.get(word);
    if (next) return next;
  }
  return root;
}
