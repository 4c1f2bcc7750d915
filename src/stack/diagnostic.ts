/** One problem of a stack file, with all that is needed to draw it. Lines and columns count from 1. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** dotted path in the document, e.g. `services.web.cpus`; empty for the document itself */
  readonly path: string;
  /** what is wrong and what was expected */
  readonly message: string;
  /** a suggestion, e.g. `did you mean 'image'?` */
  readonly hint: string | null;
  /** the source line, for drawing */
  readonly source: string;
  /** through which `include` or `extends` the file was reached, from the outside in */
  readonly via: readonly string[];
  /** length of the marked range on that line, at least 1 */
  readonly length: number;
}
