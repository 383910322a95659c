import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const NODES = join(__dirname, '..', 'nodes');

/** What the pages of several node types have in common, by name. */
const PARTS: Readonly<Record<string, string>> = {
  'name row': `
<div class="form-row">
  <label for="node-input-name"><i class="fa fa-tag"></i> <span data-i18n="@akmflow/node-red-akm/akm-connection:label.name"></span></label>
  <input type="text" id="node-input-name" data-i18n="[placeholder]@akmflow/node-red-akm/akm-connection:placeholder.name" />
</div>`,
  'connection row': `
<div class="form-row">
  <label for="node-input-connection"><i class="fa fa-key"></i> <span data-i18n="@akmflow/node-red-akm/akm-connection:label.connection"></span></label>
  <input type="text" id="node-input-connection" />
</div>`,
  'application connection row': `
<div class="form-row">
  <label for="node-input-connection"><i class="fa fa-key"></i> <span data-i18n="@akmflow/node-red-akm/akm-connection:label.connection"></span></label>
  <input type="text" id="node-input-connection" style="width: calc(100% - 160px)" />
  <div class="akm-hint" data-i18n="@akmflow/node-red-akm/akm-connection:tip.application"></div>
</div>`,
  'ATR ID row': `
<div class="form-row">
  <label for="node-input-atrId"><i class="fa fa-link"></i> <span data-i18n="@akmflow/node-red-akm/akm-connection:label.atrId"></span></label>
  <input type="text" id="node-input-atrId" style="width: calc(100% - 208px)" />
  <input type="hidden" id="node-input-atrIdType" />
  <div class="akm-hint" data-i18n="@akmflow/node-red-akm/akm-connection:tip.atrId"></div>
</div>`,
  'App Value row': `
<div class="form-row">
  <label for="node-input-appValue"><i class="fa fa-hashtag"></i> <span data-i18n="label.appValue"></span></label>
  <input type="text" id="node-input-appValue" style="width: calc(100% - 208px)" />
  <input type="hidden" id="node-input-appValueType" />
  <div class="akm-hint" data-i18n="tip.appValue"></div>
</div>`,
  'filter row': `
<div class="form-row">
  <label for="node-input-filter"><i class="fa fa-filter"></i> <span data-i18n="@akmflow/node-red-akm/akm-connection:label.filter"></span></label>
  <input type="text" id="node-input-filter" style="width: calc(70%)" />
  <input type="hidden" id="node-input-filterType" />
  <div class="akm-hint" data-i18n="@akmflow/node-red-akm/akm-connection:tip.filter"></div>
</div>`,
  'name and connection': `
name: { value: '' },
connection: {
  value: '',
  type: 'akm-connection',
  required: true,
  label: RED._('@akmflow/node-red-akm/akm-connection:label.connection'),
},`,
  filter: `
filter: {
  value: '0',
  label: RED._('@akmflow/node-red-akm/akm-connection:label.filter'),
  validate: function (value, options) {
    return akmEditor.typedValue(this, 'filter', value, options, 'u32');
  },
},
filterType: { value: 'num' },`,
  'palette label and style': `
paletteLabel: function () {
  return this._('label.palette');
},
labelStyle: function () {
  return this.name ? 'node_label_italic' : '';
},`,
  'application label': `
label: function () {
  if (this.name) return this.name;
  const application = akmEditor.label.application(this);
  return application ? this._('label.node', { application }) : this._('label.palette');
},`,
  'port labels': `
inputLabels: function () {
  return this._('port.input');
},
outputLabels: function () {
  return this._('port.output');
},`,
};

/** A line that stands for a part: `<!-- part: name -->`, or `/* part: name *` and `/` in a script. */
const PLACE = /^( *)(?:<!-- part: ([\w ]+) -->|\/\* part: ([\w ]+) \*\/)$/gm;

/**
 * The page of a node type, `nodes/<type>.html`, as it is published: with the parts in their places. The flow library reads the definition
 * of a node from it and runs nothing, so all of it must be written out.
 */
export function composePage(type: string): string {
  const file = `${type}.html`;
  return composeParts(readFileSync(join(NODES, file), 'utf8'), file);
}

/**
 * Puts the parts that a page names into their places.
 * @param file names the page in the error
 * @throws Error if there is no such part
 */
export function composeParts(page: string, file: string): string {
  return page.replace(PLACE, (_, indent: string, inHtml?: string, inScript?: string) => {
    const name = inHtml ?? inScript ?? '';
    const part = PARTS[name];
    if (part === undefined)
      throw new Error(`${file} names the part "${name}", which scripts/page.ts does not have`);
    return part.slice(1).replace(/^(?=.)/gm, indent);
  });
}
