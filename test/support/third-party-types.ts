/** By package, which node types are its. */
const TYPES: Readonly<Record<string, RegExp>> = {
  '@flowfuse/node-red-dashboard': /^ui-/,
  'node-red-contrib-modbus': /^modbus-/,
  'node-red-contrib-opcua': /^OpcUa-/,
};

/** The package that a node type is from, of those that examples use. */
export function thirdPartyOf(type: string): string | undefined {
  return Object.keys(TYPES).find((name) => TYPES[name]?.test(type));
}
