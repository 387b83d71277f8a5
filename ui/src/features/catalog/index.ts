export { catalog } from "./api";
export { outputLink } from "./parts/AssetLink";
