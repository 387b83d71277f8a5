export { createPipeline, type PipelineSummary, pipelines } from "./api";
export { PipelineTabs } from "./PipelineTabs";
