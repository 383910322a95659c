import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileLayout } from '../../src/protocol/custom-layout.js';
import type { SimulatorAddress } from '../../src/simulator/simulator.js';
import { CORE_NODES, useSidebar } from '../support/core-nodes.js';
import { inTime } from '../support/deadline.js';
import { docBlock, docBlocks } from '../support/doc-blocks.js';
import { codeIn, docTable } from '../support/doc-tables.js';
import { flowOf, type FlowNode } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { Child, run } from '../support/real-node-red/child.js';
import { makeScratchFolder, removeScratchFolder } from '../support/real-node-red/scratch.js';

const PYTHON = process.env['PYTHON'] ?? 'python3';

/** An endpoint or an ATR as the list nodes give it. */
interface Listed {
  index: number;
  id: string;
}

const linesOf = (list: readonly Listed[]): string => list.map(({ index, id }) => `${index} ${id}\n`).join('');

describe('docs/from-python.md', function () {
  this.timeout(20_000);
  const { nodeRed, bench } = useNodeRed();
  const sidebar = useSidebar();
  let peer: SimulatorAddress;
  let folder: string;
  const programs: Child[] = [];

  beforeEach(async () => {
    peer = await bench.simulator();
    folder = makeScratchFolder('python');
    writeFileSync(join(folder, 'akm.py'), docBlock('docs/from-python.md', 'akm-py'));
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((program) => program.stop('SIGKILL')));
    removeScratchFolder(folder);
  });

  /** Keeps a program of the page where it can be run, with the simulator's ports in it. */
  const save = (code: string): string => {
    const path = join(folder, 'program.py');
    writeFileSync(
      path,
      code.replaceAll('49200', String(peer.ammPort)).replaceAll('49600', String(peer.appPort)),
    );
    return path;
  };
  /** Runs a program of the page to its end, and gives what it printed. */
  const python = (code: string): Promise<string> => run(PYTHON, ['-B', save(code)], { cwd: folder });

  /** Starts the receiving program, and resolves once it is registered. */
  const startReceiver = async (): Promise<Child> => {
    const program = new Child(PYTHON, ['-B', save(docBlock('docs/from-python.md', 'receive-py'))], {
      cwd: folder,
    });
    programs.push(program);
    await program.printed(/^registered$/);
    return program;
  };

  /** Imports flows of the page. */
  const importFlow = async (...flows: string[]): Promise<void> => {
    const { ammPort, appPort } = peer;
    const nodes = flows.flatMap((flow) => JSON.parse(flow) as FlowNode[]);
    const placed = nodes.map((node) =>
      node.type === 'akm-connection'
        ? { ...node, ammPort: String(ammPort), appPort: String(appPort), reconnectMin: '10' }
        : node,
    );
    await nodeRed.startWith(CORE_NODES, flowOf(placed));
  };
  const press = (id: string): void => nodeRed.node(id).receive({});
  const shown = <T>(name: string): Promise<T> =>
    inTime(sidebar(name).take() as Promise<T>, () => `something at the debug node ${name}`);

  it('lists the endpoints, in Python and in Node-RED', async () => {
    const printed = await python(docBlock('docs/from-python.md', 'list-endpoints-py'));
    assert.equal(printed, docBlock('docs/from-python.md', 'list-endpoints-printed'));
    await importFlow(docBlock('docs/from-python.md', 'list-endpoints-flow'));
    await nodeRed.showing('py12', 'connected');
    press('py11');
    assert.equal(linesOf(await shown('endpoints')), printed);
  });

  it('lists the operational ATRs, in Python and in Node-RED', async () => {
    const printed = await python(docBlock('docs/from-python.md', 'list-atrs-py'));
    assert.equal(printed, docBlock('docs/from-python.md', 'list-atrs-printed'));
    await importFlow(docBlock('docs/from-python.md', 'list-atrs-flow'));
    await nodeRed.showing('py22', 'connected');
    press('py21');
    assert.equal(linesOf(await shown('ATRs')), printed);
  });

  it('sends from Python to Python', async () => {
    const receiver = await startReceiver();
    await python(docBlock('docs/from-python.md', 'send-py'));
    await receiver.printed(/^from/);
    assert.equal(`${receiver.output}\n`, docBlock('docs/from-python.md', 'received-printed'));
  });

  it('sends from Node-RED to Python', async () => {
    const receiver = await startReceiver();
    await importFlow(docBlock('docs/from-python.md', 'send-flow'));
    await nodeRed.showing('py41', 'registered');
    press('py42');
    await receiver.printed(/^from/);
    assert.equal(`${receiver.output}\n`, docBlock('docs/from-python.md', 'received-printed'));
  });

  const assertReceived = async (): Promise<void> => {
    const { payload, atrId, appValue } = await shown<Record<string, unknown>>('received');
    assert.deepEqual([payload, atrId, appValue], ['Hello', 1, 100]);
  };

  it('sends from Python to Node-RED', async () => {
    await importFlow(docBlock('docs/from-python.md', 'receive-flow'));
    assert.equal((await shown<{ registered: boolean }>('registered')).registered, true);
    await python(docBlock('docs/from-python.md', 'send-py'));
    await assertReceived();
  });

  it('sends from Node-RED to Node-RED, with both flows imported', async () => {
    await importFlow(
      docBlock('docs/from-python.md', 'receive-flow'),
      docBlock('docs/from-python.md', 'send-flow'),
    );
    for (const id of ['py31', 'py41']) await nodeRed.showing(id, 'registered');
    press('py42');
    await assertReceived();
  });

  it('asks with bytes, in Python and in Node-RED', async () => {
    const printed = await python(docBlock('docs/from-python.md', 'version-py'));
    assert.equal(printed, docBlock('docs/from-python.md', 'version-printed'));
    await importFlow(docBlock('docs/from-python.md', 'version-flow'));
    await nodeRed.showing('py52', 'connected');
    press('py51');
    assert.equal(`${await shown<string>('answer')}\n`, printed);
  });

  it('names in its first table only formats that its programs have', () => {
    const programs = docBlocks('docs/from-python.md')
      .filter(({ language }) => language === 'python')
      .map(({ code }) => code)
      .join('\n');
    const formats = docTable('docs/from-python.md', 'in Python').flatMap(([snippet = '']) =>
      snippet.includes('of your own')
        ? []
        : [...snippet.matchAll(/\('(<\w+)'/g)].map(([, format = '']) => format),
    );
    assert.ok(formats.length > 5);
    for (const format of formats) assert.ok(programs.includes(`'${format}'`), format);
  });

  it('translates formats into layouts of the same size', async () => {
    const rows = docTable('docs/from-python.md', '`struct` (with `<`)').flatMap(([formats, layouts]) => {
      const wanted = codeIn(layouts).map(
        (type) => compileLayout(type.startsWith('pad') ? type : `x:${type}`).size,
      );
      return codeIn(formats).map((format, index) => ({ format, size: wanted[index] }));
    });
    assert.equal(rows.length, 8);
    const program = rows.map(({ format }) => `print(struct.calcsize('<${format}'))`).join('\n');
    assert.equal(
      await python(`import struct\n${program}\n`),
      rows.map(({ size }) => `${String(size)}\n`).join(''),
    );
  });

  it('packs the body that it puts beside an own layout into the same bytes', async () => {
    const [format, layout] = docTable('docs/from-python.md', 'in Python').flatMap(([python, nodeRed]) =>
      python?.includes('<32sH2xQQ') ? [...codeIn(python).slice(-1), ...codeIn(nodeRed).slice(-1)] : [],
    );
    assert.match(format ?? '', /struct\.pack\('<32sH2xQQ', …\)/);
    const compiled = compileLayout(layout ?? '');
    const body = Buffer.alloc(compiled.size ?? 0);
    compiled.write(body, 0, { name: 'pump', role: 7, id: { lower64: '0x1', upper64: '0x2' } }, '');
    const printed = await python(`import struct\nprint(struct.pack('<32sH2xQQ', b'pump', 7, 1, 2).hex())\n`);
    assert.equal(`${body.toString('hex')}\n`, printed);
  });
});
