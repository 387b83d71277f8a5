export { type Trigger, triggers } from "./api";
export { PausedBar } from "./Paused";
