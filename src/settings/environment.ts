/** Whether a value is `${ENV}` and nothing else: Node-RED puts something in its place only then, when the flow starts. */
export function isEnvironmentReference(value: unknown): boolean {
  return typeof value === 'string' && /^\$\{\S+\}$/.test(value);
}
