export { BackfillsOf } from "./BackfillsOf";
