/** A card as it was written. Nothing in it is ever HTML of ours. */
import { Fragment, type ReactNode, useMemo } from "react";
import { type Block, blocksOf, type Inline } from "../model/markdown";
import styles from "../models.module.css";

export function Markdown({ text }: { readonly text: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return <div className={styles.markdown}>{each(blocks, (block) => drawn(block))}</div>;
}

/** Parts of a text have no other name than their place. */
const each = <T,>(parts: readonly T[], draw: (part: T) => ReactNode): ReactNode =>
  // biome-ignore lint/suspicious/noArrayIndexKey: a text that is only shown
  parts.map((part, index) => <Fragment key={index}>{draw(part)}</Fragment>);

function drawn(block: Block): ReactNode {
  switch (block.kind) {
    case "heading":
      // The page has its own headings above it.
      return block.level < 3 ? <h3>{words(block.inside)}</h3> : <h4>{words(block.inside)}</h4>;
    case "paragraph":
      return <p>{words(block.inside)}</p>;
    case "quote":
      return <blockquote>{words(block.inside)}</blockquote>;
    case "code":
      return <pre>{block.text}</pre>;
    case "rule":
      return <hr />;
    case "list": {
      const items = each(block.items, (item) => <li>{words(item)}</li>);
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case "table":
      return (
        <table>
          <thead>
            <tr>
              {each(block.head, (cell) => (
                <th scope="col">{words(cell)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {each(block.rows, (row) => (
              <tr>
                {each(row, (cell) => (
                  <td>{words(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

const words = (inside: readonly Inline[]): ReactNode => each(inside, word);

function word(part: Inline): ReactNode {
  switch (part.kind) {
    case "text":
      return part.text;
    case "code":
      return <code>{part.text}</code>;
    case "strong":
      return <strong>{words(part.inside)}</strong>;
    case "emphasis":
      return <em>{words(part.inside)}</em>;
    case "link":
      return (
        <a href={part.to} rel="noreferrer noopener" target="_blank">
          {words(part.inside)}
        </a>
      );
  }
}
