/** A description of a chart's own code, drawn by ECharts on a canvas: nothing of it becomes HTML or an address. */
import { BarChart, BoxplotChart, HeatmapChart, LineChart, PieChart, RadarChart, ScatterChart } from "echarts/charts";
import {
  DatasetComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  PolarComponent,
  RadarComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useSize } from "@/ui/useSize";
import styles from "./charts.module.css";
import { harmless } from "./model/option";

use([BarChart, BoxplotChart, HeatmapChart, LineChart, PieChart, RadarChart, ScatterChart]);
use([DatasetComponent, DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, PolarComponent]);
use([RadarComponent, TitleComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

interface EChartProps {
  readonly option: Readonly<Record<string, unknown>>;
  readonly label: string;
  /** What makes a picture of it. */
  readonly onReady?: ((picture: (() => string) | undefined) => void) | undefined;
}

export function EChart({ option, label, onReady }: EChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<EChartsType>(undefined);
  const { width, height } = useSize(place);
  const there = width > 0 && height > 0;
  useEffect(() => {
    if (!place.current || !there) return;
    const chart = init(place.current, null, { renderer: "canvas" });
    drawn.current = chart;
    onReady?.(() => chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colour("--surface") }));
    return () => {
      onReady?.(undefined);
      chart.dispose();
    };
  }, [there, onReady]);
  useEffect(() => {
    if (!there) return;
    const series = Array.from({ length: 8 }, (_, index) => colour(`--series-${index + 1}`));
    const text = { color: colour("--ink-2"), fontFamily: "Plex Sans, sans-serif" };
    drawn.current?.setOption({ color: series, textStyle: text, ...harmless(option) }, true);
  }, [option, there]);
  useEffect(() => {
    if (width && height) drawn.current?.resize({ width, height });
  }, [width, height]);
  return <div ref={place} className={styles.echart} role="img" aria-label={label} />;
}

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
