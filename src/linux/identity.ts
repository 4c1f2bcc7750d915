import { BerthError } from '../errors.js';
import { type LayerTree, readTreeFile } from './layertree.js';

/** Who a container's process is, in numbers. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** supplementary groups, ascending; `gid` is one of them */
  readonly groups: readonly number[];
  /** home directory, `/` where the image doesn't know the user */
  readonly home: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_FILE_BYTES = 1 << 20;
const MAX_ID = 2 ** 31 - 1; // as Docker: ids of the upper half are negative for programs that hold them in an int

/**
 * Looks up `user[:group]` (names or numbers; null and '' are root) and further groups in an image's own files, by
 * Docker's rules: a number that is in no file is taken as it is, with group 0; a name that is in no file is an error; with
 * a group given there are no further groups but `groupAdd`. The first group is a supplementary one, too: else a set-group-id
 * program would take the process out of it, and so out of what a file denies to that group.
 * @throws BerthError INPUT
 */
export function lookUpIdentity(tree: LayerTree, user: string | null, groupAdd: readonly string[]): Identity {
  const passwd = parsePasswd(readTreeFile(tree, '/etc/passwd', MAX_FILE_BYTES) ?? '');
  const groups = parseGroup(readTreeFile(tree, '/etc/group', MAX_FILE_BYTES) ?? '');
  return resolveIdentity(passwd, groups, user, groupAdd);
}

export function resolveIdentity(
  passwd: readonly PasswdEntry[],
  groups: readonly GroupEntry[],
  user: string | null,
  groupAdd: readonly string[],
): Identity {
  const [userPart = '', groupPart = ''] = splitUser(user ?? '');
  const entry = passwd.find((line) =>
    userPart === '' ? line.uid === 0 : line.name === userPart || `${line.uid}` === userPart,
  );
  const uid = entry?.uid ?? (userPart === '' ? 0 : numericId('user', userPart));
  const gid = groupPart === '' ? (entry?.gid ?? 0) : groupId(groups, groupPart);
  const own =
    groupPart === '' && entry !== undefined ? groups.filter((group) => group.members.includes(entry.name)) : [];
  const supplementary = [gid, ...own.map((group) => group.gid), ...groupAdd.map((name) => groupId(groups, name))];
  return {
    uid,
    gid,
    groups: [...new Set(supplementary)].sort((a, b) => a - b),
    home: entry?.home || '/',
  };
}

function splitUser(user: string): readonly string[] {
  const colon = user.indexOf(':');
  return colon < 0 ? [user] : [user.slice(0, colon), user.slice(colon + 1)];
}

function groupId(groups: readonly GroupEntry[], wanted: string): number {
  const entry = groups.find((group) => group.name === wanted || `${group.gid}` === wanted);
  return entry?.gid ?? numericId('group', wanted);
}

function numericId(kind: 'user' | 'group', text: string): number {
  if (!/^\d+$/.test(text)) {
    const file = kind === 'user' ? '/etc/passwd' : '/etc/group';
    throw new BerthError('INPUT', `look up ${kind} ${JSON.stringify(text)}: not in the image's ${file}`);
  }
  const id = Number(text);
  if (id <= MAX_ID) return id;
  throw new BerthError('INPUT', `look up ${kind} ${text}: ids go up to ${MAX_ID}`);
}

/** Lines that are no entry are skipped, as every reader of these files does. passwd(5). */
export function parsePasswd(text: string): readonly PasswdEntry[] {
  return fieldsOf(text, 6).flatMap(([name = '', , uid = '', gid = '', , home = '']) =>
    isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [],
  );
}

/** group(5) */
export function parseGroup(text: string): readonly GroupEntry[] {
  return fieldsOf(text, 3).flatMap(([name = '', , gid = '', members = '']) =>
    isId(gid) ? [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }] : [],
  );
}

function fieldsOf(text: string, atLeast: number): readonly string[][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= atLeast && fields[0] !== '');
}

function isId(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) <= MAX_ID;
}
