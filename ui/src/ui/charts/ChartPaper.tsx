/** What a chart is drawn on: as wide as its place, which is known as soon as the paper lies there. */
import { type ReactNode, useRef } from "react";
import { useSize } from "../useSize";

interface ChartPaperProps {
  readonly className: string | undefined;
  readonly height: number;
  readonly children: (width: number) => ReactNode;
}

export function ChartPaper({ className, height, children }: ChartPaperProps) {
  const paper = useRef<HTMLDivElement>(null);
  const { width } = useSize(paper);
  return (
    <div ref={paper} className={className} style={{ minHeight: height }}>
      {width ? children(width) : null}
    </div>
  );
}
