export { type Model, models } from "./api";
