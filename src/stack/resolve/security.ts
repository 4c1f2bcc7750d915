import { digestOf } from '../inputs.js';
import type { Service } from '../model.js';
import type { Path } from '../node.js';
import { seccompProfile } from '../schema/seccomp.js';
import type { ServiceFile } from '../schema/service.js';
import { suggest } from '../suggest.js';
import { hostPath, type ServiceContext } from './context.js';

type SecurityFields = Pick<Service, 'noNewPrivileges' | 'seccomp'>;

const OPTIONS = ['no-new-privileges', 'seccomp', 'apparmor', 'label', 'systempaths'];

/** `security_opt`: entries are `KEY`, `KEY=VALUE` or, as older files have it, `KEY:VALUE`; the last of a key holds. */
export function resolveSecurity(file: ServiceFile, context: ServiceContext): SecurityFields {
  let fields: SecurityFields = { noNewPrivileges: false, seccomp: null };
  for (const [index, entry] of (file.security_opt ?? []).entries()) {
    const [, key = '', value] = /^([^=:]*)(?:[=:](.*))?$/s.exec(entry) ?? [];
    fields = { ...fields, ...resolveOption(key, value, ['security_opt', index], context) };
  }
  return fields;
}

function resolveOption(
  key: string,
  value: string | undefined,
  at: Path,
  context: ServiceContext,
): Partial<SecurityFields> {
  const { report } = context;
  if (key === 'no-new-privileges') {
    if (value !== undefined && value !== 'true' && value !== 'false')
      report.refuse(at, `expected no-new-privileges:true or no-new-privileges:false, found '${value}'`);
    return { noNewPrivileges: value !== 'false' };
  }
  if (key === 'seccomp') return { seccomp: resolveSeccomp(value ?? '', at, context) };
  // No module's confinement is ever asked for: these two say what is so already.
  if (key === 'apparmor' && value === 'unconfined') return {};
  if (key === 'label' && value === 'disable') return {};
  if (OPTIONS.includes(key)) report.refuse(at, `${key}=${value ?? ''} is not supported yet`);
  else report.refuse(at, `no security option is named '${key}'`, suggest(key, OPTIONS));
  return {};
}

function resolveSeccomp(value: string, at: Path, context: ServiceContext): Service['seccomp'] {
  if (value === 'unconfined') return { kind: 'unconfined' };
  if (value === 'builtin') return null;
  if (value === '') {
    context.report.refuse(at, 'expected seccomp=unconfined, seccomp=builtin or seccomp=FILE');
    return null;
  }
  const path = hostPath(value, context);
  const shown = context.displayPath(path);
  const text = context.readFile(path);
  if (text === null) {
    context.report.refuse(at, `no such file: ${shown}`);
    return null;
  }
  const parsed = seccompProfile.safeParse(parseJson(text));
  if (parsed.success) return { kind: 'file', path, digest: digestOf(text) ?? '', profile: parsed.data };
  const [issue] = parsed.error.issues;
  const where = (issue?.path ?? []).map(String).join('.');
  context.report.refuse(at, `${shown}: ${where === '' ? '' : `${where}: `}${(issue?.message ?? '').toLowerCase()}`);
  return null;
}

/** Undefined, which is no profile, for what isn't JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
