export { type Trigger, triggers } from "./api";
export { TriggersOf } from "./TriggersOf";
