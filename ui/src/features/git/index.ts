export { git } from "./api";
export { GitChip } from "./Chip";
