import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A method, or a property that holds a function, and the file that CONTRIBUTING.md says it is in. */
type Step = readonly [name: string, file: string];

const GUIDE = readFileSync('CONTRIBUTING.md', 'utf8');

/** The items of the numbered list behind a mark: what each one begins with, and other methods that it names. */
function stepsOf(mark: string): Step[] {
  const [, behind = ''] = GUIDE.split(`<!-- data flow: ${mark} -->\n\n`);
  const list = behind.split('\n\n')[0] ?? '';
  return list.split(/^(?=\d+\. )/m).flatMap((item): Step[] => {
    const [, file] = /^\d+\. `\w+\.\w+` \(`([^`]+)`\): /.exec(item) ?? [];
    assert.ok(file, `an item that does not begin with a method and its file: ${item}`);
    return [...item.matchAll(/`([A-Z]\w+\.\w+)`/g)].map(([, name = '']) => [name, file]);
  });
}

/** `Class.member` for each method of the file's classes, and for each property that holds a function. */
function methodsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements
    .filter(ts.isClassDeclaration)
    .flatMap(({ name, members }) =>
      members.filter(isCallable).map((member) => `${name?.text ?? ''}.${member.name.getText()}`),
    );
}

function isCallable(member: ts.ClassElement): member is ts.MethodDeclaration | ts.PropertyDeclaration {
  if (ts.isMethodDeclaration(member)) return member.body !== undefined;
  return (
    ts.isPropertyDeclaration(member) &&
    member.initializer !== undefined &&
    (ts.isArrowFunction(member.initializer) || ts.isFunctionExpression(member.initializer))
  );
}

describe('CONTRIBUTING.md: the data flow', () => {
  const ways = [
    ['sent', 'AppClient.send', 'Transport.write'],
    ['received', 'ReadBuffer.filled', 'ReceiveThrottle.spend'],
  ] as const;
  for (const [mark, first, last] of ways) {
    it(`of what is ${mark} goes from ${first} to ${last}`, () => {
      const names = stepsOf(mark).map(([name]) => name);
      assert.deepEqual([names[0], names.at(-1)], [first, last]);
    });

    for (const [name, file] of stepsOf(mark))
      it(`of what is ${mark} names ${name}, which ${file} has`, () => {
        const methods = methodsIn(file);
        assert.ok(methods.includes(name), `${file} has ${methods.join(', ')}`);
      });
  }

  it('is of methods that a test would miss if they were gone', () => {
    const methods = methodsIn('src/client/app/send-queue.ts');
    assert.ok(!methods.includes('SendQueue.nothing') && !methods.includes('SendQueue.waiting'));
  });
});
