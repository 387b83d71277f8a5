export { undoChange } from "./api";
export { Files, filesOf, useFile } from "./files";
export { FileBars } from "./parts/ConflictBar";
