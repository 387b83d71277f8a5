export { downloadOf, type OutputPlace, outputs } from "./api";
export { ChartView } from "./ChartView";
export { DataGrid, type Table } from "./DataGrid";
export { ErrorView, TestsView } from "./ErrorView";
export { FramesView, OutputView } from "./OutputView";
export { Preview } from "./Preview";
export { ProfileView } from "./ProfileView";
