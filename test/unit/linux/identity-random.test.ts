import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isBerthError } from '../../../src/errors.js';
import { parseGroup, parsePasswd, resolveIdentity } from '../../../src/linux/identity.js';

/** Names and numbers such as a hostile image would choose them: signs, overflows, spaces, other bases. */
const word = fc.oneof(
  fc.constantFrom(
    'root',
    'web',
    '0',
    '00',
    '+0',
    '-1',
    ' 0',
    '0x0',
    '1e3',
    '2147483647',
    '2147483648',
    '4294967296',
    '',
  ),
  fc.string({ maxLength: 8, unit: 'binary' }),
  fc.nat().map(String),
);
const line = fc.array(word, { maxLength: 8 }).map((fields) => fields.join(':'));
const file = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
const user = fc.oneof(
  word,
  fc.tuple(word, word).map((parts) => parts.join(':')),
);

test('whatever passwd and group say, a user is a number in range or an error, and root only where it is meant', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(file, file, user, fc.array(word, { maxLength: 3 }), (passwdText, groupText, asked, groupAdd) => {
      const passwd = parsePasswd(passwdText);
      const groups = parseGroup(groupText);
      let identity: ReturnType<typeof resolveIdentity>;
      try {
        identity = resolveIdentity(passwd, groups, asked, groupAdd);
      } catch (error) {
        expect(isBerthError(error)).toBe(true);
        return;
      }
      for (const id of [identity.uid, identity.gid, ...identity.groups]) {
        expect(Number.isInteger(id) && id >= 0 && id < 2 ** 31).toBe(true);
      }
      expect(identity.groups).toContain(identity.gid);
      const name = asked.split(':')[0] ?? '';
      const isNamed = passwd.some((entry) => entry.uid === 0 && entry.name === name);
      if (identity.uid === 0) expect(/^0*$/.test(name) || isNamed).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
