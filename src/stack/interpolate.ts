/** The value of a variable; undefined: not set. */
export type Lookup = (name: string) => string | undefined;

export interface InterpolationError {
  readonly message: string;
  /** the part of the template that is wrong, as written */
  readonly part: string;
}

export type Interpolation =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: InterpolationError };

const NAME = /^[_a-zA-Z][_a-zA-Z0-9]*/;

/**
 * Replaces `$V`, `${V}` and `${V` with `-`, `:-`, `?`, `:?`, `+` or `:+` and a word (Compose specification, 12). The word is
 * a template of its own, looked at only if it is used. `$$` is a dollar; a dollar that begins no variable stays.
 * @param unset called for each variable that is used without a value or default; the empty string stands for it
 */
export function interpolate(template: string, lookup: Lookup, unset: (name: string) => void): Interpolation {
  let text = '';
  let rest = template;
  for (;;) {
    const dollar = rest.indexOf('$');
    if (dollar < 0) return { ok: true, text: text + rest };
    text += rest.slice(0, dollar);
    rest = rest.slice(dollar + 1);
    const name = NAME.exec(rest)?.[0];
    if (rest.startsWith('{')) {
      const length = bracedLength(rest);
      const value =
        length < 0
          ? invalid(`$${rest}`, 'the brace is never closed')
          : braced(rest.slice(1, length - 1), lookup, unset);
      if (!value.ok) return value;
      text += value.text;
      rest = rest.slice(length);
    } else if (name !== undefined) {
      text += lookedUp(name, lookup, unset);
      rest = rest.slice(name.length);
    } else {
      text += '$';
      if (rest.startsWith('$')) rest = rest.slice(1);
    }
  }
}

/** Length of `{…}` at the start of the text, inner braces included; -1 if it is not closed. */
function bracedLength(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '{') depth += 1;
    if (text[index] === '}' && --depth === 0) return index + 1;
  }
  return -1;
}

function braced(expression: string, lookup: Lookup, unset: (name: string) => void): Interpolation {
  const name = NAME.exec(expression)?.[0];
  if (name === undefined) return invalid(`\${${expression}}`, 'a name must follow the brace');
  const operation = /^(:?)([-?+])/.exec(expression.slice(name.length));
  if (!operation) {
    if (expression !== name) return invalid(`\${${expression}}`, `'${expression.slice(name.length)}' after the name`);
    return { ok: true, text: lookedUp(name, lookup, unset) };
  }
  const word = expression.slice(name.length + operation[0].length);
  const value = lookup(name);
  const present = value !== undefined && !(operation[1] === ':' && value === '');
  if (operation[2] === '+') return present ? interpolate(word, lookup, unset) : { ok: true, text: '' };
  if (present) return { ok: true, text: value };
  const fallback = interpolate(word, lookup, unset);
  if (operation[2] === '-' || !fallback.ok) return fallback;
  const why = fallback.text === '' ? '' : `: ${fallback.text}`;
  return {
    ok: false,
    error: { message: `required variable ${name} is missing a value${why}`, part: `\${${expression}}` },
  };
}

function lookedUp(name: string, lookup: Lookup, unset: (name: string) => void): string {
  const value = lookup(name);
  if (value === undefined) unset(name);
  return value ?? '';
}

function invalid(part: string, why: string): Interpolation {
  return { ok: false, error: { message: `invalid interpolation '${part}': ${why}`, part } };
}
