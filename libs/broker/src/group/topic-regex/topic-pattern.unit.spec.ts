import { describe, expect, it } from '@jest/globals';
import { compileTopicRegex } from './index.ts';

/** What RE2/J 1.8, which Apache Kafka uses, says of each expression. */
const names = [
  '',
  'a',
  'b',
  'ab',
  'AB',
  'Ab',
  'aa',
  'aaa',
  'xxxxxx',
  'a-b',
  'a\nb',
  '1',
  '42',
  '.*',
  ']',
  '-',
  '_',
  'topic-1',
  '\x01b',
  'é',
  'α',
];

describe('a regular expression of topics', () => {
  it.each([
    ['(a{100}){100}', []],
    ['\\12', []],
    ['\\p{Greek}', ['α']],
    ['\\pL', ['a', 'b', 'é', 'α']],
    ['(?<n>a)', ['a']],
    ['(?i)AB', ['ab', 'AB', 'Ab']],
    ['(?i:a)b', ['ab', 'Ab']],
    ['a{,5}', []],
    ['a{', []],
    ['^*', ['']],
    ['()', ['']],
    ['', ['']],
    ['a||b', ['', 'a', 'b']],
    ['\\Q.*\\E', ['.*']],
    ['\\Qab', ['ab']],
    ['[]a]', ['a', ']']],
    ['[^]a]', ['b', '1', '-', '_', 'é', 'α']],
    ['[a-]', ['a', '-']],
    ['[-a]', ['a', '-']],
    ['[\\d-z]', ['1', '-']],
    ['\\x{61}', ['a']],
    ['\\x61', ['a']],
    ['(?i-s:a)', ['a']],
    ['(?)a', ['a']],
    ['(?i)(?-i)a', ['a']],
    ['a??', ['', 'a']],
    ['a+?', ['a', 'aa', 'aaa']],
    ['[[:^alpha:]]', ['1', ']', '-', '_', 'é', 'α']],
    ['\\_', ['_']],
    ['\\ab', []],
    ['\\pN+', ['1', '42']],
    ['[\\pL]', ['a', 'b', 'é', 'α']],
    ['\\b', []],
    ['$a', []],
    ['a.b', ['a-b']],
    ['\\é', ['é']],
    ['a{0}', ['']],
    ['(|a)*', ['', 'a', 'aa', 'aaa']],
    ['\\0', []],
    ['\\07', []],
    ['(?s).', ['a', 'b', '1', ']', '-', '_', 'é', 'α']],
    ['(?m)^a$', ['a']],
    ['\\A\\z', ['']],
    ['a*?b', ['b', 'ab']],
    ['a{2,3}?', ['aa', 'aaa']],
    ['(?:a)', ['a']],
    ['(?U)a+', ['a', 'aa', 'aaa']],
    ['topic-.*', ['topic-1']],
    ['(?P<name>x)', []],
    ['\\v', []],
    ['[&&]', []],
    ['a{1000}', []],
    ['(a{500}){2}', []],
    ['(a{500}){3}', []],
  ])('%j matches as in Kafka', (expression, matched) => {
    const pattern = compileTopicRegex(expression);
    expect(names.filter((name) => pattern.matches(name))).toEqual(matched);
  });

  it.each([
    ['[', 'missing closing ]'],
    ['(', 'missing closing )'],
    ['a)', 'regexp/syntax: internal error'],
    ['*a', 'missing argument to repetition operator'],
    ['a**', 'invalid nested repetition operator'],
    ['a*+', 'invalid nested repetition operator'],
    ['(?=a)', 'invalid or unsupported Perl syntax'],
    ['(?!a)', 'invalid or unsupported Perl syntax'],
    ['(?<=a)b', 'invalid named capture'],
    ['a{1001}', 'invalid repeat count'],
    ['a{2,1}', 'invalid repeat count'],
    ['\\', 'trailing backslash at end of expression'],
    ['\\1', 'invalid escape sequence'],
    ['\\y', 'invalid escape sequence'],
    ['\\Z', 'invalid escape sequence'],
    ['[z-a]', 'invalid character class range'],
    ['[[:foo:]]', 'invalid character class range'],
    ['\\pX', 'invalid character class range'],
    ['(?P<n>a)(?P<n>b)', 'duplicate capture group name'],
    ['(?P<n', 'invalid named capture'],
    ['(?P<>a)', 'invalid named capture'],
    ['(?<n', 'invalid named capture'],
    ['a|*', 'missing argument to repetition operator'],
    ['(*a)', 'missing argument to repetition operator'],
    ['[a', 'missing closing ]'],
    ['\\x{110000}', 'invalid escape sequence'],
    ['(?-)a', 'invalid or unsupported Perl syntax'],
    ['\\C', 'invalid escape sequence'],
    ['x{2}{3}', 'invalid nested repetition operator'],
    ['(?z)', 'invalid or unsupported Perl syntax'],
    ['\\u0061', 'invalid escape sequence'],
    ['(?P=n)', 'invalid or unsupported Perl syntax'],
    ['(?#c)', 'invalid or unsupported Perl syntax'],
    ['[a-\\d]', 'invalid escape sequence'],
    ['((a)', 'missing closing )'],
    ['a\\', 'trailing backslash at end of expression'],
    ['\\p', 'invalid character class range'],
    ['\\p{', 'invalid character class range'],
    ['\\p{Foo}', 'invalid character class range'],
    ['\\8', 'invalid escape sequence'],
    ['[\\8]', 'invalid escape sequence'],
    ['[\\b]', 'invalid escape sequence'],
    ['a{2}+', 'invalid nested repetition operator'],
    ['\\h', 'invalid escape sequence'],
    ['\\R', 'invalid escape sequence'],
    ['[\\Q]\\E]', 'invalid escape sequence'],
  ])('%j is refused in the words of Kafka: %s', (expression, reason) => {
    expect(() => compileTopicRegex(expression)).toThrow(
      `SubscribedTopicRegex \`${expression}\` is not a valid regular expression: ${reason}.`,
    );
  });

  it('is matched in a time that does not explode with the name', () => {
    const name = 'a'.repeat(249);
    expect(compileTopicRegex('(a+)+b').matches(name)).toBe(false);
    expect(compileTopicRegex('(a|aa)*(a|aa)*(a|aa)*').matches(name)).toBe(true);
    expect(compileTopicRegex('(a?){200}a{200}').matches(name)).toBe(true);
  });

  it('is refused when it is too large or too deep to be kept', () => {
    expect(() => compileTopicRegex('(((a{1000}){1000}){1000}){1000}')).toThrow('expression too large');
    expect(() => compileTopicRegex('('.repeat(20_000))).toThrow('expression nests too deeply');
  });
});
