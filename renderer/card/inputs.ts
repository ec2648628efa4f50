import { useState } from "react";
import type { TypedCard } from "../../contract/card.ts";
import { isGood } from "./fields.ts";
import type { FieldName } from "./fields.ts";

const ORDER: readonly FieldName[] = [
  "amount",
  "number",
  "expiry",
  "cvc",
  "name",
  "account",
  "receiver",
  "email",
  "phone",
];

/**
 * The inputs of the form on the screen. What is typed is in them and nowhere else: not in the store, not in a component's
 * state, not in an address. It is read once, for the command, and wiped in the same breath.
 */
export class Inputs {
  readonly #inputs = new Map<FieldName, HTMLInputElement>();

  /** Takes an input in; what it returns wipes it and lets it go. */
  add(name: FieldName, input: HTMLInputElement): () => void {
    this.#inputs.set(name, input);
    return () => {
      input.value = "";
      if (this.#inputs.get(name) === input) this.#inputs.delete(name);
    };
  }

  text(name: FieldName): string {
    return this.#inputs.get(name)?.value.trim() ?? "";
  }

  focus(name: FieldName): void {
    this.#inputs.get(name)?.focus();
  }

  /** The first field that cannot be sent as it is, in the order of the form. */
  firstWrong(): FieldName | null {
    return this.#names().find((name) => !isGood(name, this.text(name))) ?? null;
  }

  /** Puts a whole text into a field that stands in the form. */
  put(name: FieldName, text: string): void {
    const input = this.#inputs.get(name);
    if (!input) return;
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** The card as it is typed. */
  card(): TypedCard {
    return { number: this.text("number"), expiry: this.text("expiry"), cvc: this.text("cvc"), name: this.text("name") };
  }

  /** Goes to the field after this one. */
  next(name: FieldName): void {
    const names = this.#names();
    this.#inputs.get(names[names.indexOf(name) + 1] ?? name)?.focus();
  }

  wipe(): void {
    for (const input of this.#inputs.values()) input.value = "";
  }

  #names(): FieldName[] {
    return ORDER.filter((name) => this.#inputs.has(name));
  }

  /** A key of a pad on the screen, as if it were one of the keyboard's. */
  type(name: FieldName, key: string): void {
    const input = this.#inputs.get(name);
    if (!input) return;
    const end = input.value.length;
    const from = input.selectionStart ?? end;
    const to = input.selectionEnd ?? end;
    if (key === "clear") input.value = "";
    else if (key === "back") input.setRangeText("", from === to ? Math.max(0, from - 1) : from, to, "end");
    else input.setRangeText(key, from, to, "end");
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export const useInputs = (): Inputs => useState(() => new Inputs())[0];
