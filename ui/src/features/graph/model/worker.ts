import { layered } from "./layered";
import type { Answered, Asked } from "./layout";

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  self.postMessage({ number: data.number, layout: layered(data.nodes, data.edges) } satisfies Answered);
};
