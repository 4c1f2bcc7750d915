/** Words of a command line, or why it cannot be split. */
export type ShellWords =
  | { readonly ok: true; readonly words: string[] }
  | {
      readonly ok: false;
      readonly message: string;
      /** the words before an operator, which is what other Compose tools keep; null: it can't be split at all */
      readonly before: string[] | null;
    };

/**
 * Splits a command as Compose does: quotes and backslashes as in a shell, no variables, no globs. An unquoted operator
 * is refused: other Compose tools drop it and all that follows, or refuse it, too; a substitution they take as it is
 * written. Neither is ever what its author meant.
 */
export function splitWords(text: string): ShellWords {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (quote !== null) {
      if (char === quote) quote = null;
      else if (char === '\\' && quote === '"') word = `${word}${escaped(text.charAt(++index))}`;
      else word = `${word}${char}`;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (/[;&|<>()`]/.test(char)) {
      if (word !== null) words.push(word);
      return { ok: false, message: `unquoted '${char}': a command is started without a shell`, before: words };
    } else if (char === '\\') {
      if (index + 1 === text.length) return { ok: false, message: 'a backslash ends the command', before: null };
      word = `${word ?? ''}${escaped(text.charAt(++index))}`;
    } else {
      word = `${word ?? ''}${char}`;
    }
  }
  if (quote !== null) return { ok: false, message: `unterminated ${quote}`, before: null };
  if (word !== null) words.push(word);
  return { ok: true, words };
}

/** Compose's splitter knows `\t` and `\n`; before any other letter a backslash is dropped. */
function escaped(char: string): string {
  if (char === 't') return '\t';
  return char === 'n' ? '\n' : char;
}
