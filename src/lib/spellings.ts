/** Words whose American and British or Canadian forms differ, by the beginning in which they do. */
const pairs: readonly (readonly [string, string])[] = [
  ['centre', 'center'], ['programme', 'program'], ['licence', 'license'], ['defence', 'defense'], ['offence', 'offense'], ['behaviour', 'behavior'], ['neighbour', 'neighbor'], ['labour', 'labor'],
  ['colour', 'color'], ['favour', 'favor'], ['honour', 'honor'], ['harbour', 'harbor'], ['endeavour', 'endeavor'], ['rumour', 'rumor'], ['odour', 'odor'], ['catalogue', 'catalog'], ['dialogue', 'dialog'],
  ['grey', 'gray'], ['metre', 'meter'], ['fibre', 'fiber'], ['theatre', 'theater'], ['enrolment', 'enrollment'], ['fulfilment', 'fulfillment'], ['analyse', 'analyze'], ['analysing', 'analyzing'],
  ['cancell', 'cancel'], ['travell', 'travel'], ['modell', 'model'], ['labell', 'label'], ['signall', 'signal'], ['judgement', 'judgment'], ['ageing', 'aging'], ['kerb', 'curb'], ['tyre', 'tire'], ['storey', 'story'],
  ['plough', 'plow'], ['mould', 'mold'], ['cheque', 'check'], ['jewellery', 'jewelry'], ['manoeuvre', 'maneuver'],
  ['practise', 'practice'], ['enquir', 'inquir'], ['acknowledgement', 'acknowledgment'], ['artefact', 'artifact'], ['sceptic', 'skeptic'], ['skilful', 'skillful'], ['aluminium', 'aluminum'], ['sulphur', 'sulfur'],
];
const endings: Record<string, RegExp> = { cancel: /^(?:ed|ing)/, travel: /^(?:ed|ing|er)/, model: /^(?:ed|ing|er)/, label: /^(?:ed|ing)/, signal: /^(?:ed|ing)/ };

const verbs = 'organ|central|standard|prior|author|util|character|recogn|summar|minim|maxim|optim|general|special|modern|digit|emphas|categor|custom|final|real|visual|harmon|legal|penal|normal|formal|local|mobil|stabil|human|critic|apolog|public|monet|computer|priorit|anonym|subsid|econom|revital|decentral|reorgan';
const ize = new RegExp(`^(${verbs})i([sz])(e|ed|es|er|ers|ing|ation|ations|ational)$`);

/** How the same word is written on the other side of the ocean, or null. Takes and gives lower case. */
export function otherSpelling(word: string): string | null {
  const verb = ize.exec(word);
  if (verb) return `${verb[1]}i${verb[2] === 's' ? 'z' : 's'}${verb[3]}`;
  for (const [british, american] of pairs) {
    if (word.startsWith(british)) return american + word.slice(british.length);
    if (word.startsWith(american) && isWhole(american, word.slice(american.length))) return british + word.slice(american.length);
  }
  return null;
}

/** "programming" and "modelocal" are written the same everywhere: an American form counts with the endings that words of its kind take. */
const isWhole = (form: string, rest: string) => (endings[form] ?? /^(?:s|ed|al|hood|hoods|able|ful|ally|ing)?$/).test(rest) && !(form === 'program' && rest !== '' && rest !== 's');
