/** The way to an output or to a data product. */
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

export interface AssetName {
  readonly kind: "output" | "product";
  readonly id: string;
  readonly pipeline: string;
  readonly block: string | null;
  readonly name: string | null;
}

/** `output_0` is what a block gives first: it need not be said. */
export function linkOf(asset: AssetName): LinkProps {
  if (asset.kind === "product" || asset.block === null) return { to: "/data/$product", params: { product: asset.id } };
  return outputLink(asset.pipeline, asset.block, asset.name ?? undefined);
}

export function outputLink(pipeline: string, block: string, name?: string): LinkProps {
  return {
    to: "/data/$pipeline/$block",
    params: { pipeline, block },
    search: name && name !== "output_0" ? { output: name } : {},
  };
}

export function RunLink({ run, children }: { readonly run: number; readonly children?: ReactNode }) {
  return (
    <Link to="/runs/$run" params={{ run: String(run) }} className="plain-link">
      {children ?? `run ${run}`}
    </Link>
  );
}

export function BlockLink({ pipeline, block }: { readonly pipeline: string; readonly block: string }) {
  return (
    <Link
      to="/pipelines/$pipeline"
      params={{ pipeline }}
      search={{ block }}
      className="plain-link ellipsis"
      aria-label={`${pipeline}, block ${block}`}
    >
      {pipeline}
    </Link>
  );
}
