/** In place of results: where a pipeline that only moves data takes it from and brings it to, and what of it. */
import { type ReactNode, useMemo } from "react";
import { type Column, Table } from "@/ui/Table";
import type { WorkspaceDocument } from "../api";
import { type Files, useFile } from "../files";
import { connectorOf, partOf, type Stream, streamsOf } from "../model/connectors";
import styles from "../workspace.module.css";

interface ConnectorPaneProps {
  readonly document: WorkspaceDocument;
  readonly files: Files;
  readonly onBlock: (name: string) => void;
}

const KINDS: Readonly<Record<string, { readonly title: string; readonly lead: ReactNode }>> = {
  streaming: {
    title: "From source to destination",
    lead: "Each batch of messages goes from the source through the transformers to the destinations, until somebody stops it.",
  },
  integration: {
    title: "From source to destination",
    lead: "Each chosen stream of the source is copied into a table of the destination.",
  },
};

export const movesData = ({ type }: WorkspaceDocument): boolean => type in KINDS;

export function ConnectorPane({ document, files, onBlock }: ConnectorPaneProps) {
  const kind = KINDS[document.type];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className={styles.connectors} tabIndex={0} aria-label="What it moves">
      {document.refusal ? (
        <p role="note" className={styles.refused}>
          {document.refusal.replaceAll("`", "")} Its files can be written, checked and kept here.
        </p>
      ) : null}
      <h2>{kind?.title}</h2>
      <p className="quiet">{kind?.lead}</p>
      <ol className={styles.parts}>
        {document.blocks.map((block) => (
          <Part key={block.uuid} block={block} files={files} onBlock={onBlock} />
        ))}
      </ol>
      {document.type === "integration" ? <Streams pipeline={document.uuid} files={files} /> : null}
    </section>
  );
}

function Part({
  block,
  files,
  onBlock,
}: Pick<ConnectorPaneProps, "files" | "onBlock"> & { readonly block: WorkspaceDocument["blocks"][number] }) {
  const { text } = useFile(files, block.path);
  const connector = block.language === "yaml" ? connectorOf(text) : "";
  return (
    <li>
      <span className="quiet">{partOf(block)}</span>
      <button type="button" className={styles.part} onClick={() => onBlock(block.uuid)}>
        {block.uuid}
      </button>
      <span>{connector || (block.language === "yaml" ? "says no connector yet" : "Python")}</span>
    </li>
  );
}

const COLUMNS: readonly Column<Stream>[] = [
  { id: "name", title: "Stream", width: "2fr", cell: ({ name }) => <strong className="ellipsis">{name}</strong> },
  {
    id: "selected",
    title: "Copied",
    width: 64,
    cell: ({ selected }) => (selected ? "yes" : <span className="hint">no</span>),
  },
  { id: "mode", title: "Mode", width: 100, cell: ({ mode }) => <span className="ellipsis">{mode}</span> },
  { id: "bookmark", title: "From", width: "2fr", cell: ({ bookmark }) => <code className="ellipsis">{bookmark}</code> },
  { id: "keys", title: "Key", width: "1fr", cell: ({ keys }) => <code className="ellipsis">{keys.join(", ")}</code> },
  { id: "columns", title: "Columns", width: 76, align: "end", cell: ({ columns }) => columns },
  {
    id: "table",
    title: "Into",
    width: "2fr",
    wide: true,
    cell: ({ table }) => <code className="ellipsis">{table}</code>,
  },
];

function Streams({ pipeline, files }: { readonly pipeline: string; readonly files: Files }) {
  const path = `pipelines/${pipeline}/data_integration_catalog.json`;
  const { text, phase } = useFile(files, path);
  const streams = useMemo(() => streamsOf(text), [text]);
  if (phase === "loading") return null;
  return (
    <>
      <h2>Streams</h2>
      {streams ? (
        <Table
          inline
          label="Streams"
          columns={COLUMNS}
          rows={streams}
          rowKey={({ name }) => name}
          empty={<p className="quiet">The catalog has no stream.</p>}
        />
      ) : (
        <p className="quiet">
          {text ? "It is no catalog: " : "There is none yet: "}
          <code>{path}</code> lists the streams of the source.
        </p>
      )}
    </>
  );
}
