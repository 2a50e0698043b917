import { dictionary } from '@zxcvbn-ts/language-common';
import { describe, expect, test } from 'vitest';
import { unforeseen } from '#lib/password-strength.ts';

const own = ['rosa', 'delgado', 'springfield', 'practice', 'hub'];

describe('what nobody can foresee of a password', () => {
  test.each([
    'password1234', 'Password1234!', 'P@ssw0rd1234', 'qwertyuiop123', '123456789012', 'aaaaaaaaaaaab', 'abcdefghijklmn', 'iloveyouforever', 'passwordpassword', 'Summer2026!!', 'administrator1',
    'practicehub311', 'rosadelgado2026', 'Springfield-Rosa', 'P@ssw0rd'.repeat(20), '1qaz2wsx3edc', 'letmeinletmein!',
  ])('%s is too little', (password) => expect(unforeseen(password, own)).toBeLessThan(9));

  test.each([
    'four unrelated words here', 'heron lantern gravel mitten', 'correct horse battery', 'x7!kQ2#mZ9pL', 'too late for this link', 'Öl läuft über Steine', '我们在图书馆里学习语言吧',
  ])('%s is enough', (password) => expect(unforeseen(password, own)).toBeGreaterThanOrEqual(9));

  test('no common password of any length is enough', () => {
    expect(dictionary['passwords-common'].map(String).filter((word) => unforeseen(word) >= 9)).toEqual([]);
  });

  test('the longest password is judged at once', () => {
    unforeseen('warm');
    const started = performance.now();
    for (let n = 0; n < 20; n++) unforeseen('Aa1!'.repeat(49) + n, own);
    expect((performance.now() - started) / 20).toBeLessThan(20);
  });
});
