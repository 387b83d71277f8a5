export { LogView } from "./LogView";
export { plain } from "./model/ansi";
