import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, taken } from "@/api/client";
import { useProject } from "@/features/projects";
import { SelectField } from "@/ui/Field";

const products = (project: string) =>
  queryOptions({
    queryKey: ["products", project, "names"],
    queryFn: () =>
      taken(api.GET("/api/v1/projects/{project}/products", { params: { path: { project }, query: { limit: 500 } } })),
  });

interface ProductFieldProps {
  readonly value: string;
  readonly onChange: (product: string) => void;
  readonly wrong: string | undefined;
}

export function ProductField({ value, onChange, wrong }: ProductFieldProps) {
  const { data } = useQuery(products(useProject()));
  const names = data?.items.map((product) => product.uuid) ?? [];
  return (
    <SelectField
      label="When this data product is out of date"
      value={value}
      options={["", ...(value && !names.includes(value) ? [value] : []), ...names].map((name) => ({
        value: name,
        label: name || "Choose one",
      }))}
      onChange={(event) => onChange(event.target.value)}
      wrong={value ? wrong : undefined}
      hint={data && names.length === 0 ? "The project has no data product yet." : "It is computed when it is needed."}
    />
  );
}
