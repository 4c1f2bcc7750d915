import type { ApplyEvent } from '../../apply/engine.js';
import { escapeControls, printableJson } from '../escape.js';
import type { Output } from '../output.js';
import { describeAction } from './describe.js';
import type { ProgressSink } from './sink.js';

const end = async () => {};

/** Says nothing; failures are reported by the command at its end. */
export function createQuietSink(): ProgressSink {
  return { event: () => {}, end };
}

/** One line when a step begins and one when it has ended: for logs of CI jobs and for pipes. */
export function createPlainSink(output: Output): ProgressSink {
  return { event: (event) => output.err(`${plainLine(event)}\n`), end };
}

/** @returns an event as a line of `--progress plain` */
export function plainLine(event: ApplyEvent): string {
  const { subject, doing, done } = describeAction(event.step.action);
  const line = (state: string, rest = '') =>
    ` ${escapeControls(subject)}  ${state}${rest && `  ${escapeControls(rest)}`}`;
  switch (event.kind) {
    case 'started':
      return line(doing);
    case 'progress':
      return line(doing, event.text);
    case 'done':
      return line(done, formatSeconds(event.elapsedMs));
    case 'failed':
      return line('failed', event.error.message);
    case 'skipped':
      return line('skipped', `after step ${event.because}`);
  }
}

/** One JSON object a line, for programs. Keys are part of the interface. */
export function createJsonSink(output: Output): ProgressSink {
  return { event: (event) => output.err(`${printableJson(jsonEvent(event))}\n`), end };
}

/** @returns an event as an object of `--progress json` */
export function jsonEvent(event: ApplyEvent): Readonly<Record<string, unknown>> {
  const { step } = event;
  const { subject } = describeAction(step.action);
  const common = { event: event.kind, step: step.id, on: step.on, action: step.action.kind, subject };
  switch (event.kind) {
    case 'started':
      return { ...common, cause: step.cause };
    case 'progress':
      return { ...common, text: event.text };
    case 'done':
      return { ...common, elapsedMs: Math.round(event.elapsedMs) };
    case 'failed':
      return { ...common, error: event.error.message, elapsedMs: Math.round(event.elapsedMs) };
    case 'skipped':
      return { ...common, because: event.because };
  }
}

/** `0.3s` */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}
