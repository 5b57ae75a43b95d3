// The public page: everything on it is open data of the API it came from.
import "./style.css";
import { warn } from "./ask";
import * as energy from "./energy";
import { Live } from "./live";
import * as quality from "./quality";
import type { Direction } from "./state";
import * as traffic from "./traffic";
import * as wlan from "./wlan";

const zones = wlan.begin();
const parts = [traffic.begin(), zones, energy.hours(), energy.targets(), quality.streams(), quality.books()];

const read = (): void => {
  for (const part of parts) void part.refresh();
};

new Live(
  ["cross_section", "wlan"],
  ({ family, data }) => {
    if (family === "wlan") void zones.refresh();
    else if (data) {
      warn(data);
      traffic.pushed(data as unknown as Direction[]);
    }
  },
  read,
).listen();
read();
