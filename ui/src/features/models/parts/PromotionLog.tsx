/** Who promoted, refused, rolled back and shared what, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useProject } from "@/features/projects";
import { Empty } from "@/ui/blocks";
import ui from "@/ui/parts.module.css";
import { type Column, Table } from "@/ui/Table";
import { Ago } from "@/ui/time";
import { models, type Promotion } from "../api";
import { fromTo, plain, promotionWords } from "../model/words";
import styles from "../models.module.css";

const TONES: Record<Promotion["state"], string | undefined> = { done: "", refused: ui.fail, waiting: ui.warn };

const COLUMNS: readonly Column<Promotion>[] = [
  { id: "at", title: "When", width: 116, cell: ({ at }) => <Ago at={at} /> },
  {
    id: "what",
    title: "What",
    width: "2fr",
    cell: (promotion) => <span className={`ellipsis ${TONES[promotion.state]}`}>{promotionWords(promotion)}</span>,
  },
  { id: "which", title: "Versions", width: 128, cell: fromTo },
  {
    id: "by",
    title: "By",
    width: "2fr",
    wide: true,
    cell: ({ by, decided_by: decided }) => (
      <span className="quiet ellipsis">
        {by}
        {decided && decided !== by ? `, decided by ${decided}` : ""}
      </span>
    ),
  },
  {
    id: "why",
    title: "Why",
    width: "4fr",
    wide: true,
    cell: ({ reason, origin }) => {
      const told = plain([origin, reason].filter(Boolean).join(": "));
      return (
        <span className="quiet ellipsis" title={told}>
          {told}
        </span>
      );
    },
  },
];

export function PromotionLog({ model }: { readonly model: string }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    models.promotions(useProject(), model),
  );
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  return (
    <section aria-labelledby="log" className={styles.section}>
      <h2 id="log">Log</h2>
      <Table
        label="Log"
        inline
        columns={COLUMNS}
        rows={rows}
        rowKey={({ id }) => String(id)}
        more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
        error={error}
        onRetry={() => void refetch()}
        empty={
          <Empty>
            Promotions, refusals, roll backs and changes of traffic will stand here, with who did it and why.
          </Empty>
        }
      />
    </section>
  );
}
