/** One stream for each project, shared by every tab of this browser. */
import { Keeper } from "./keeper";
import type { ToKeeper, ToTab } from "./messages";

/** A tab that joins later has asked for its data a moment before: it hears once more what was told in that time. */
const AGAIN_MS = 10_000;
const AGAIN_MOST = 200;

interface Followed {
  readonly keeper: Keeper;
  readonly ports: Set<MessagePort>;
  readonly told: { readonly at: number; readonly message: ToTab }[];
}

const followed = new Map<string, Followed>();

function follow(port: MessagePort, project: string, place: string): void {
  leave(port);
  const known = followed.get(project);
  if (known) {
    known.ports.add(port);
    port.postMessage({ say: "state", state: known.keeper.state } satisfies ToTab);
    for (const { at, message } of known.told) if (Date.now() - at < AGAIN_MS) port.postMessage(message);
    return;
  }
  const ports = new Set([port]);
  const told: Followed["told"] = [];
  const tell = (message: ToTab) => {
    for (const each of ports) each.postMessage(message);
    if (message.say === "state") return;
    told.push({ at: Date.now(), message });
    if (told.length > AGAIN_MOST) told.shift();
  };
  followed.set(project, { keeper: new Keeper(project, tell, place), ports, told });
}

function leave(port: MessagePort): void {
  for (const [project, { keeper, ports }] of followed) {
    if (ports.delete(port) && ports.size === 0) {
      keeper.close();
      followed.delete(project);
    }
  }
}

(self as unknown as SharedWorkerGlobalScope).onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<ToKeeper>) => {
    if (data.say === "follow") follow(port, data.project, data.place);
    else leave(port);
  };
};
