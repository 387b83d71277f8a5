export type { Help } from "./extension";
export { formatsOnSave, setFormatsOnSave } from "./formatting";
export { LanguageState } from "./LanguageState";
export { type Readable, readables } from "./readable";

/** The part of it that an editor takes; fetched when the first editor is there. */
export const loadHelp = () => import("./extension");
