/** How this browser shows the app; kept here and not on the server. */
import { useState } from "react";
import { lettersOn, useValidKeys } from "@/app/keys";
import { densityNow, setDensity, setLetters } from "@/app/looks";
import { setTheme, THEMES, type Theme, themeNow } from "@/app/theme";
import { formatsOnSave, setFormatsOnSave } from "@/features/languages";
import { CheckField } from "@/ui/Field";
import ui from "@/ui/parts.module.css";
import { Section } from "./frame";
import styles from "./settings.module.css";

const THEME_WORDS: Record<Theme, string> = {
  light: "Light",
  dark: "Dark",
  system: "As the system",
  contrast: "High contrast",
};
const DENSITIES = ["compact", "comfortable"] as const;

export function AppearancePage() {
  const [theme, chooseTheme] = useState(themeNow);
  const [density, chooseDensity] = useState(densityNow);
  const [letters, chooseLetters] = useState(lettersOn);
  const [formats, chooseFormats] = useState(formatsOnSave);
  const keys = useValidKeys();
  return (
    <>
      <Section title="Appearance" lead="Kept in this browser.">
        <Choices
          label="Theme"
          value={theme}
          options={THEMES.map((value) => ({ value, label: THEME_WORDS[value] }))}
          onChoose={(value) => {
            setTheme(value);
            chooseTheme(value);
          }}
        />
        <Choices
          label="Rows"
          value={density}
          options={DENSITIES.map((value) => ({ value, label: value === "compact" ? "Compact" : "Comfortable" }))}
          onChoose={(value) => {
            setDensity(value);
            chooseDensity(value);
          }}
        />
      </Section>
      <Section title="Editor">
        <CheckField
          label="Ctrl S formats Python"
          hint="As `ruff format` does, before it is saved. Shift Alt F formats at any time."
          checked={formats}
          onChange={(event) => {
            setFormatsOnSave(event.target.checked);
            chooseFormats(event.target.checked);
          }}
        />
      </Section>
      <Section title="Keys">
        <CheckField
          label="Single letters are keys"
          hint="Off, only keys with Ctrl or Alt act, so that dictation and slips do nothing."
          checked={letters}
          onChange={(event) => {
            setLetters(event.target.checked);
            chooseLetters(event.target.checked);
          }}
        />
        <div className={styles.wide}>
          <table className={styles.matrix}>
            <caption className="unseen">Keys that hold here</caption>
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Does</th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <tr key={`${key.keys} ${key.does}`}>
                  <th scope="row">
                    <kbd>{key.keys}</kbd>
                  </th>
                  <td>{key.does}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p className="hint">
          Each screen has more: <kbd>?</kbd> lists those that hold there.
        </p>
      </Section>
    </>
  );
}

interface ChoicesProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChoose: (value: T) => void;
}

function Choices<T extends string>({ label, value, options, onChoose }: ChoicesProps<T>) {
  return (
    <fieldset className={styles.choices}>
      <legend className={ui.legend}>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.choice}>
          <input type="radio" name={label} checked={option.value === value} onChange={() => onChoose(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
