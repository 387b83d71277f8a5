/** The block's entry in the pipeline's file as text. */
import { YamlForm } from "@/features/editor";
import { setBlockYaml, undoChange, workspaces } from "../api";

interface BlockYamlProps {
  readonly project: string;
  readonly pipeline: string;
  readonly block: string;
  readonly refusal: string | undefined;
  readonly form: string;
  readonly onSaved: () => void;
}

export function BlockYaml({ project, pipeline, block, refusal, form, onSaved }: BlockYamlProps) {
  return (
    <YamlForm
      asked={workspaces.yaml(project, pipeline, block)}
      what={block}
      name={`${project} ${pipeline} ${block} entry`}
      refusal={refusal}
      form={form}
      save={async (text, digest) => (await setBlockYaml(project, pipeline, block, text, digest)).change}
      undo={(change) => undoChange(project, change)}
      onSaved={onSaved}
    >
      {({ line, path }) => (
        <>
          From line {line} of {path}. Its <code>uuid</code> and its connections are changed by renaming and connecting.
        </>
      )}
    </YamlForm>
  );
}
