/** The least that a page made with React can be: what the till's screen is compared with. */
import { createElement } from "react";
import { createRoot } from "react-dom/client";

createRoot(document.getElementById("root")).render(createElement("div", { "data-testid": "blank" }, "Қабыл"));
