export { type ChartEntry, type Configuration, charts, type Drawing } from "./api";
export { ChartCard } from "./ChartCard";
export { ChartForm } from "./ChartForm";
export { ChartsSide } from "./ChartsSide";
export { configurationOf, EMPTY, missing, plain, type Settings, settingsOf } from "./model/settings";
