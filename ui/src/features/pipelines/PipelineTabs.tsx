/** What there is of one pipeline: the same tabs on each of its pages. */
import { LinkTabs } from "@/ui/blocks";

export function PipelineTabs({ pipeline }: { readonly pipeline: string }) {
  const params = { pipeline };
  return (
    <LinkTabs
      label="Of this pipeline"
      tabs={[
        { label: "Edit", link: { to: "/pipelines/$pipeline", params } },
        { label: "Runs", link: { to: "/pipelines/$pipeline/runs", params } },
        { label: "Triggers", link: { to: "/pipelines/$pipeline/triggers", params } },
        { label: "Backfills", link: { to: "/pipelines/$pipeline/backfills", params } },
      ]}
    />
  );
}
