export { newBlockTemplate, newPipelineTemplate, pipelineFromTemplate, templates } from "./api";
