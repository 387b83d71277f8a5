export { experiments } from "./api";
