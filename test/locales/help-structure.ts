/** Elements within a sentence: a translation may put them in another order there. None of them holds another. */
const INLINE = /<(a|b|code|i)\b[^>]*>[^<]+<\/\1>/g;

/**
 * What a help is made of beside its words: a line for each tag around sentences, followed by the elements within these. Tags keep their
 * attributes; of the words only those that are code stay.
 */
export function structureOf(help: string): string[] {
  return help.split(/(?=<\/?(?!(?:a|b|code|i)\b)\w)/).map((part) => {
    const within = [...part.matchAll(INLINE)].map(([element, name]) =>
      name === 'code' ? element : element.slice(0, element.indexOf('>') + 1),
    );
    const around = part.replace(INLINE, '').match(/<[^>]*>/g) ?? [];
    return [...around, ...within.sort()].join(' ');
  });
}
