import { Link } from "@tanstack/react-router";
import { PanelLeft } from "lucide-react";
import { Fragment } from "react";
import { Tip } from "@/ui/Tip";
import { SECTIONS, type Section } from "./sections";
import styles from "./shell.module.css";

const PLACES = SECTIONS.filter((section) => !section.foot);
const AT_FOOT = SECTIONS.filter((section) => section.foot);

interface RailProps {
  readonly folded: boolean;
  readonly open: boolean;
  readonly onFold: () => void;
  readonly onGo: () => void;
}

export function Rail({ folded, open, onFold, onGo }: RailProps) {
  return (
    <nav
      aria-label="Places"
      className={`${styles.rail} ${folded ? styles.folded : ""} ${open ? styles.railOpen : ""}`}
      onClick={onGo}
      onKeyDown={(event) => event.key === "Escape" && onGo()}
    >
      {PLACES.map((section, index) => (
        <Fragment key={section.name}>
          {section.group && PLACES[index - 1]?.group !== section.group ? (
            <div className={styles.group}>{section.group}</div>
          ) : null}
          <Place section={section} folded={folded} />
        </Fragment>
      ))}
      <span className={styles.grow} />
      {AT_FOOT.map((section) => (
        <Place key={section.name} section={section} folded={folded} />
      ))}
      <button
        type="button"
        className={styles.place}
        aria-expanded={!folded}
        onClick={(event) => {
          event.stopPropagation();
          onFold();
        }}
      >
        <PanelLeft size={16} strokeWidth={1.5} aria-hidden />
        <span className={styles.word}>Fold</span>
        {folded ? <span className="unseen">Unfold the places</span> : null}
      </button>
    </nav>
  );
}

function Place({ section, folded }: { readonly section: Section; readonly folded: boolean }) {
  return (
    <Tip text={folded ? section.name : ""}>
      <Link to={section.to} className={styles.place} activeOptions={{ exact: section.to === "/" }}>
        <section.icon size={16} strokeWidth={1.5} aria-hidden />
        <span className={styles.word}>{section.name}</span>
        {folded ? <span className="unseen">{section.name}</span> : null}
      </Link>
    </Tip>
  );
}
