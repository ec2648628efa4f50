/**
 * react-aria adds a <style> for its pressable elements unless one with this id is there. The content security policy
 * refuses it, so the id is taken here and the rule itself stands in styles/desk.css.
 */
const ID = "react-aria-pressable-style";

if (!document.getElementById(ID)) {
  const taken = document.createElement("meta");
  taken.id = ID;
  document.head.append(taken);
}

export {};
