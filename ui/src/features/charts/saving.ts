/** A chart as a picture, and files for whoever looks. */
import type { Picture } from "./DrawingView";

const LOOKS = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "opacity",
  "fill-opacity",
  "font-size",
];
const SCALE = 2;

/** The address of a PNG; undefined when nothing is drawn. */
export async function pictureOf(frame: HTMLElement | null, drawn: Picture): Promise<string | undefined> {
  if (drawn) return drawn();
  const shown = frame?.querySelector<SVGSVGElement>("svg[role=img]");
  if (!shown) return undefined;
  const { width, height } = shown.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(alone(shown))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const paper = canvas.getContext("2d");
  if (!paper) return undefined;
  paper.scale(SCALE, SCALE);
  paper.fillStyle = getComputedStyle(shown.closest("section") ?? shown).backgroundColor;
  paper.fillRect(0, 0, width, height);
  paper.drawImage(image, 0, 0, width, height);
  return canvas.toDataURL("image/png");
}

/** The drawing with its looks in itself, so that it needs no style sheet. */
function alone(shown: SVGSVGElement): string {
  const copy = shown.cloneNode(true) as SVGSVGElement;
  const from = shown.querySelectorAll<SVGElement>("*");
  copy.querySelectorAll<SVGElement>("*").forEach((element, index) => {
    const source = from[index];
    if (!source) return;
    const computed = getComputedStyle(source);
    element.removeAttribute("class");
    element.removeAttribute("style");
    for (const look of LOOKS) element.setAttribute(look, computed.getPropertyValue(look));
  });
  copy.setAttribute("font-family", "sans-serif");
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

export function save(name: string, url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  if (url.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
