/** What a version is to those who ask: it answers, is tried, or did answer. */
import { Check, Clock, RotateCw } from "lucide-react";
import ui from "@/ui/parts.module.css";
import type { VersionBrief } from "../api";

const LOOKS = {
  champion: { icon: Check, tone: ui.ok, word: "Champion" },
  challenger: { icon: RotateCw, tone: ui.run, word: "Challenger" },
  previous: { icon: Clock, tone: ui.idle, word: "Previous" },
} as const;

export function Stage({ stage }: { readonly stage: VersionBrief["stage"] }) {
  if (!stage) return null;
  const { icon: Icon, tone, word } = LOOKS[stage];
  return (
    <span className={`${ui.chip} ${tone}`}>
      <Icon size={15} strokeWidth={1.6} aria-hidden />
      <span>{word}</span>
    </span>
  );
}
