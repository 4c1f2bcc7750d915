import type { Diagnostic } from './diagnostic.js';
import { type Mark, markAt, type Node, type Path, pathText } from './node.js';

/** Collects what is wrong in all inputs of one load, so that it can be told in one go. */
export interface Problems {
  error(mark: Mark, path: Path, message: string, hint?: string | null): void;
  warn(mark: Mark, path: Path, message: string): void;
  /** what loads, and is shown by `config`, but must not be brought about: it can't be honoured, or not be meant */
  refuse(mark: Mark, path: Path, message: string, hint?: string | null): void;
  /** errors, and with them what is refused; sorted by file in the order of their first use, then by position */
  diagnostics(): Diagnostic[];
  warnings(): string[];
  /** what is refused alone */
  refusals(): Diagnostic[];
}

/** The same, for problems that are known by their path in one tree. */
export interface Report {
  /** points at the value */
  error(path: Path, message: string, hint?: string | null): void;
  /** points at the key */
  keyError(path: Path, message: string, hint?: string | null): void;
  warn(path: Path, message: string): void;
  /** see `Problems`; points at the value */
  refuse(path: Path, message: string, hint?: string | null): void;
  /** points at the key */
  refuseKey(path: Path, message: string, hint?: string | null): void;
}

export function createProblems(): Problems {
  const found: Diagnostic[] = [];
  const refused: Diagnostic[] = [];
  const warnings = new Set<string>();
  return {
    error(mark, path, message, hint = null) {
      const diagnostic = createDiagnostic(mark, path, message, hint);
      const isKnown = found.some((other) => other.message === message && isSamePlace(other, diagnostic));
      if (!isKnown) found.push(diagnostic);
    },
    warn(mark, path, message) {
      const { file, line, column, path: where } = createDiagnostic(mark, path, message, null);
      warnings.add(`${file}:${line}:${column}: ${where === '' ? '' : `${where}: `}${message}`);
    },
    refuse(mark, path, message, hint = null) {
      refused.push(createDiagnostic(mark, path, message, hint));
    },
    diagnostics: () => inOrder(found.length === 0 ? [] : [...found, ...refused]),
    warnings: () => [...warnings],
    refusals: () => inOrder(refused),
  };
}

function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const files = [...new Set(diagnostics.map((diagnostic) => diagnostic.file))];
  const rank = (diagnostic: Diagnostic): number => files.indexOf(diagnostic.file);
  return diagnostics.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

/** Binds problems to a tree; paths given to the report continue `prefix`. */
export function createReport(problems: Problems, root: Node, prefix: Path = []): Report {
  const whole = (path: Path): Path => [...prefix, ...path];
  return {
    error: (path, message, hint) => problems.error(markAt(root, whole(path), 'value'), whole(path), message, hint),
    keyError: (path, message, hint) => problems.error(markAt(root, whole(path), 'key'), whole(path), message, hint),
    warn: (path, message) => problems.warn(markAt(root, whole(path), 'key'), whole(path), message),
    refuse: (path, message, hint) => problems.refuse(markAt(root, whole(path), 'value'), whole(path), message, hint),
    refuseKey: (path, message, hint) => problems.refuse(markAt(root, whole(path), 'key'), whole(path), message, hint),
  };
}

/** A report whose paths continue those of another. */
export function scoped(report: Report, ...prefix: Path): Report {
  return {
    error: (path, message, hint) => report.error([...prefix, ...path], message, hint),
    keyError: (path, message, hint) => report.keyError([...prefix, ...path], message, hint),
    warn: (path, message) => report.warn([...prefix, ...path], message),
    refuse: (path, message, hint) => report.refuse([...prefix, ...path], message, hint),
    refuseKey: (path, message, hint) => report.refuseKey([...prefix, ...path], message, hint),
  };
}

function isSamePlace(a: Diagnostic, b: Diagnostic): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column;
}

function createDiagnostic(mark: Mark, path: Path, message: string, hint: string | null): Diagnostic {
  const { text, name, via = [] } = mark.source;
  const start = Math.min(mark.start, text.length);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const nextLine = text.indexOf('\n', start);
  const lineEnd = nextLine < 0 ? text.length : nextLine;
  return {
    file: name,
    line: text.slice(0, start).split('\n').length,
    column: start - lineStart + 1,
    path: pathText(path),
    message,
    hint,
    source: text.slice(lineStart, lineEnd),
    via,
    length: Math.max(1, Math.min(mark.end, lineEnd) - start),
  };
}
