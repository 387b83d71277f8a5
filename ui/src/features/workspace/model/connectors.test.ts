import { expect, test } from "vitest";
import { connectorOf, partOf, streamsOf } from "./connectors";

test("a block's YAML says what it speaks to", () => {
  expect(connectorOf("connector_type: kafka\ntopic: orders\n")).toBe("kafka");
  expect(connectorOf("# ours\nsource: 'stripe'  # the payments\nconfig: {destination: x}\n")).toBe("stripe");
  expect(connectorOf("config:\n  source: inner\n")).toBe("");
  expect(partOf({ type: "data_exporter" })).toBe("Destination");
});

test("streams are read from the catalog, chosen or not", () => {
  const catalog = {
    catalog: {
      streams: [
        {
          tap_stream_id: "charges",
          replication_method: "INCREMENTAL",
          replication_key: "created",
          key_properties: ["id"],
          unique_constraints: ["id", "account"],
          destination_table: "raw_charges",
          schema: { properties: { id: {}, created: {} } },
          metadata: [
            { breadcrumb: ["properties", "id"], metadata: {} },
            { breadcrumb: [], metadata: { selected: true } },
          ],
        },
        { stream: "customers", replication_method: "FULL_TABLE", key_properties: ["id"] },
      ],
    },
  };
  expect(streamsOf(JSON.stringify(catalog))).toEqual([
    {
      name: "charges",
      selected: true,
      mode: "incremental",
      bookmark: "created",
      keys: ["id", "account"],
      columns: 2,
      table: "raw_charges",
    },
    { name: "customers", selected: false, mode: "full table", bookmark: "", keys: ["id"], columns: 0, table: "" },
  ]);
});

test("what is no catalog is none", () => {
  expect(streamsOf("{")).toBeUndefined();
  expect(streamsOf('{"catalog": []}')).toBeUndefined();
  expect(streamsOf('{"catalog": {"streams": [null, "x"]}}')?.map(({ name }) => name)).toEqual(["", ""]);
});
