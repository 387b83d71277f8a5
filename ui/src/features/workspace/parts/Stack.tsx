/** The blocks one below the other: only those near the window exist, and only those in it have an editor. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { Plus, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "@/ui/Button";
import { Problem } from "@/ui/Problem";
import type { WorkspaceDocument } from "../api";
import type { Files } from "../files";
import type { Actions, Jump, Slot } from "../useActions";
import styles from "../workspace.module.css";
import { AddList } from "./AddList";
import { BlockCard } from "./BlockCard";

interface StackProps {
  readonly project: string;
  readonly document: WorkspaceDocument;
  readonly files: Files;
  readonly actions: Actions;
  readonly selected: string | undefined;
  readonly folded: ReadonlySet<string>;
  readonly renaming: string | undefined;
  readonly adding: Slot | undefined;
  readonly jump: Jump | undefined;
  readonly trouble: unknown;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** In the notebook layout: what a block gave, under it. */
  readonly resultOf?: ((block: string) => ReactNode) | undefined;
}

const GUESSED = 250;
const NOTHING = [] as const;

export function Stack(props: StackProps) {
  const { project, document, files, actions, selected, folded, renaming, adding, jump, trouble, columns, resultOf } =
    props;
  const scroller = useRef<HTMLDivElement>(null);
  const { blocks } = document;
  const virtual = useVirtualizer({
    count: blocks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => GUESSED,
    overscan: 1,
    paddingStart: 10,
    paddingEnd: 160,
    getItemKey: (index) => blocks[index]?.uuid ?? index,
  });
  const items = virtual.getVirtualItems();
  const turn = jump?.turn ?? 0;
  const place = blocks.findIndex(({ uuid }) => uuid === (jump?.block ?? selected));

  // A card that one goes to is brought into the window, and has the focus if it is not its editor that shall have it.
  // While the editors above it come and grow, it is held there, until the reader moves on.
  const reached = useRef(0);
  const held = useRef<number>(undefined);
  const begun = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one turn is one way
  useEffect(() => {
    if (place < 0) return;
    const first = !begun.current;
    begun.current = true;
    held.current = undefined;
    if (first ? place > 0 : !inView(scroller.current, blocks[place]?.uuid ?? "")) {
      held.current = place;
      virtual.scrollToIndex(place, { align: "start" });
    }
  }, [turn, blocks[place]?.uuid]);
  const height = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the height changes, what is held has moved
  useEffect(() => {
    if (held.current !== undefined) virtual.scrollToIndex(held.current, { align: "start" });
  }, [height]);
  const letGo = () => {
    held.current = undefined;
  };
  useEffect(() => {
    if (jump?.into !== "card" || reached.current === jump.turn) return;
    const card = scroller.current?.querySelector<HTMLElement>(`[data-block="${CSS.escape(jump.block)}"]`);
    if (!card) return;
    reached.current = jump.turn;
    if (!card.contains(window.document.activeElement) || window.document.activeElement?.closest(".cm-editor"))
      card.focus({ preventScroll: true });
  });

  const list = (slot: Slot) => (
    <AddList
      project={project}
      onAdd={(wish) => void actions.add(slot, wish)}
      onClose={() => {
        actions.stopAdd();
        if (selected) actions.goTo(selected);
      }}
    />
  );

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: whatever the reader does here ends the holding
    <div ref={scroller} className={styles.stack} onWheel={letGo} onPointerDown={letGo} onKeyDown={letGo}>
      {trouble ? (
        <div className={styles.trouble}>
          <Problem error={trouble} />
          <IconButton label="Close the message" onClick={actions.forget}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ) : null}
      {blocks.length === 0 ? (
        <div className={styles.emptyStack}>
          <p>
            A pipeline is made of blocks. Begin with one that loads data; each further one gets the result of those
            before it.
          </p>
          {actions.editRefusal && !actions.offline ? (
            <p className="quiet">{actions.editRefusal}</p>
          ) : (
            list({ after: undefined, upstream: [] })
          )}
        </div>
      ) : null}
      <div style={{ height, position: "relative" }}>
        <div style={{ position: "absolute", inset: "0 0 auto", transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map((item) => {
            const block = blocks[item.index];
            if (!block) return null;
            const mine = jump?.block === block.uuid ? jump : undefined;
            return (
              <div key={block.uuid} data-index={item.index} ref={virtual.measureElement} className={styles.slot}>
                {item.index === 0 && adding && adding.after === undefined && blocks.length ? list(adding) : null}
                <BlockCard
                  block={block}
                  files={files}
                  actions={actions}
                  selected={block.uuid === selected}
                  near
                  folded={folded.has(block.uuid)}
                  renaming={renaming === block.uuid}
                  goTo={
                    mine?.into === "editor" && mine.line !== undefined
                      ? { line: mine.line, turn: mine.turn }
                      : undefined
                  }
                  focusTurn={mine?.into === "editor" ? mine.turn : undefined}
                  columns={block.uuid === selected ? columns : NOTHING}
                  pipeline={document.uuid}
                >
                  {resultOf?.(block.uuid)}
                </BlockCard>
                {adding?.after === block.uuid ? (
                  list(adding)
                ) : (
                  <button
                    type="button"
                    className={styles.plus}
                    aria-label={`Add a block behind ${block.uuid}`}
                    aria-disabled={actions.editRefusal ? true : undefined}
                    title={actions.editRefusal ?? "Add a block (b)"}
                    onClick={() => actions.startAdd(block.uuid, false)}
                  >
                    <Plus size={14} aria-hidden />
                  </button>
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

const HEAD = 60;

/** Whether the head of a card is where one sees it. */
function inView(scroller: HTMLElement | null, block: string): boolean {
  const card = scroller?.querySelector(`[data-block="${CSS.escape(block)}"]`)?.getBoundingClientRect();
  const room = scroller?.getBoundingClientRect();
  return card !== undefined && room !== undefined && card.top >= room.top && card.top + HEAD < room.bottom;
}
