export { rememberProject, useProject } from "./project";
export { GIVES, mayHere, type Permission, type Role, useMay, useRefusal } from "./rights";
