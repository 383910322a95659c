/** Runs the packed package in a real Node-RED, of each version that it promises to work in. */
export { Child } from './child';
export type { DebugMessage, NodeStatus } from './comms';
export { Mosquitto } from './mosquitto';
export { DeployedExample, importExample } from './example';
export { type FlowNode, RealNodeRed, type StartOptions } from './node-red';
export { exampleNames, manifest, nodeTypes, paletteTypes } from './package-manifest';
export { installPackage, packageTarball, type PackageTarball } from './package-tarball';
export { makeScratchFolder } from './scratch';
export { type NodeRedSuite, useNodeRed } from './use-node-red';
export { type NodeRedVersion, nodeRedVersions, repository } from './versions';
export * from './flow';
export { simulatorCommand, startSimulatorCommand } from './simulator-command';
