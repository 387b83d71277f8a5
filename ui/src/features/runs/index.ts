export { newsOf, type RunNews, type RunSummary, retryRun, runs } from "./api";
export { TableChanges } from "./components/DataDiff";
export { useRun } from "./useRun";
