/** What the YAML of a streaming pipeline's or a data integration's blocks says, as far as people look for it. Pure. */
import type { WorkspaceBlock } from "../api";

const PARTS: Readonly<Record<string, string>> = {
  data_loader: "Source",
  transformer: "Transformer",
  data_exporter: "Destination",
};

/** What the block does in a pipeline that only moves data on. */
export const partOf = ({ type }: Pick<WorkspaceBlock, "type">): string => PARTS[type] ?? type.replaceAll("_", " ");

const CONNECTOR = /^(?:connector_type|source|destination):[ \t]*(["']?)([^"'#\r\n]+?)\1[ \t]*(?:#.*)?$/m;

/** The kind of system that it speaks to: `kafka`, `stripe`. Empty: the text does not say. */
export const connectorOf = (yaml: string): string => CONNECTOR.exec(yaml)?.[2] ?? "";

export interface Stream {
  readonly name: string;
  readonly selected: boolean;
  readonly mode: string;
  /** By what is told how far it came. */
  readonly bookmark: string;
  readonly keys: readonly string[];
  readonly columns: number;
  readonly table: string;
}

/** The streams of a catalog (`data_integration_catalog.json`); undefined for what is none. */
export function streamsOf(json: string): readonly Stream[] | undefined {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    return undefined;
  }
  const catalog = record(record(read).catalog);
  const streams = catalog.streams ?? record(read).streams;
  return Array.isArray(streams) ? streams.map((stream) => streamOf(record(stream))) : undefined;
}

function streamOf(stream: Readonly<Record<string, unknown>>): Stream {
  const whole = list(stream.metadata)
    .map(record)
    .find(({ breadcrumb }) => list(breadcrumb).length === 0);
  return {
    name: word(stream.stream) || word(stream.tap_stream_id),
    selected: record(whole?.metadata).selected === true,
    mode: word(stream.replication_method).toLowerCase().replaceAll("_", " "),
    bookmark: word(stream.replication_key) || words(stream.bookmark_properties).join(", "),
    keys: words(stream.unique_constraints).length ? words(stream.unique_constraints) : words(stream.key_properties),
    columns: Object.keys(record(record(stream.schema).properties)).length,
    table: word(stream.destination_table),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const word = (value: unknown): string => (typeof value === "string" ? value : "");
const words = (value: unknown): readonly string[] => list(value).map(word).filter(Boolean);
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
