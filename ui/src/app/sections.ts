/** The places of the app: the rail, the palette and the `g` keys are made from this one list. */
import type { LinkProps } from "@tanstack/react-router";
import {
  Activity,
  Box,
  ChartNoAxesCombined,
  ClipboardList,
  Database,
  FlaskConical,
  FolderTree,
  House,
  ListChecks,
  type LucideIcon,
  ScrollText,
  Settings,
  Workflow,
  Zap,
} from "lucide-react";

export interface Section {
  readonly name: string;
  readonly to: LinkProps["to"];
  readonly icon: LucideIcon;
  /** The key behind `g`. */
  readonly letter: string;
  readonly group: "" | "Build" | "Operate" | "Models and serving";
  /** Stands at the foot of the rail. */
  readonly foot?: true;
}

export const SECTIONS: readonly Section[] = [
  { name: "Home", to: "/", icon: House, letter: "h", group: "" },
  { name: "Pipelines", to: "/pipelines", icon: Workflow, letter: "p", group: "Build" },
  { name: "Data", to: "/data", icon: Database, letter: "d", group: "Build" },
  { name: "Dashboards", to: "/dashboards", icon: ChartNoAxesCombined, letter: "b", group: "Build" },
  { name: "Files", to: "/files", icon: FolderTree, letter: "i", group: "Build" },
  { name: "Runs", to: "/runs", icon: ListChecks, letter: "r", group: "Operate" },
  { name: "Triggers", to: "/triggers", icon: Zap, letter: "t", group: "Operate" },
  { name: "Logs", to: "/logs", icon: ScrollText, letter: "l", group: "Operate" },
  { name: "Forms", to: "/forms", icon: ClipboardList, letter: "f", group: "Operate" },
  { name: "Experiments", to: "/experiments", icon: FlaskConical, letter: "e", group: "Models and serving" },
  { name: "Models", to: "/models", icon: Box, letter: "m", group: "Models and serving" },
  { name: "Monitoring", to: "/monitoring", icon: Activity, letter: "o", group: "Models and serving" },
  { name: "Settings", to: "/settings", icon: Settings, letter: "s", group: "", foot: true },
];
