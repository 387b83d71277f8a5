export type { CodeProps, EditorKey } from "./Code";
export { type Language, languageOf } from "./languages";
export { CodeEditor, MergeDialog, MergeEditor, preloadEditor, StaticCode } from "./lazy";
export { YamlForm } from "./YamlForm";
