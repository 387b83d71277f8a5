export { Graph, type GraphNode } from "./Graph";
export { type Around, around, type Edge, reached, refusal } from "./model/layout";
