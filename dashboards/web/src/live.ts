// Live: listens to /v1/live, comes back by itself after a break, and says how the connection stands.
import { the } from "./element";
import { say } from "./words";

export interface Pushed {
  family: string;
  site: string;
  data?: Record<string, unknown>[];
}

const SILENCE_MS = 40_000;
const PAUSE_MS = 3_000;

export class Live {
  private source: EventSource | undefined;
  private last = "";
  private silence = 0;
  private lost = false;

  /**
   * @param families What is listened to.
   * @param pushed Gets what is newly computed.
   * @param resync Reads everything anew: something was missed.
   */
  constructor(
    private readonly families: string[],
    private readonly pushed: (event: Pushed) => void,
    private readonly resync: () => void,
  ) {
    this.say("connecting");
  }

  listen(): void {
    const query = new URLSearchParams(this.families.map((one) => ["family", one]));
    if (this.last) query.set("last_event_id", this.last);
    const source = new EventSource(`/v1/live?${query}`);
    this.source = source;
    const hear = (name: string, heard: (data: Pushed) => void): void =>
      source.addEventListener(name, (event) => {
        if (event.lastEventId) this.last = event.lastEventId;
        this.watch();
        heard(JSON.parse(event.data as string) as Pushed);
      });
    hear("ready", () => {
      this.say(this.lost ? "caught_up" : "connected");
      this.lost = false;
    });
    hear("heartbeat", () => undefined);
    hear("indicators", (data) => this.pushed(data));
    hear("changed", (data) => this.pushed(data));
    hear("resync", () => this.resync());
    // The browser's own way back forgets what we ask for after some errors, so we always come back ourselves.
    source.onerror = () => this.again();
    this.watch();
  }

  private again(): void {
    this.source?.close();
    window.clearTimeout(this.silence);
    this.lost = true;
    this.say("disconnected");
    this.silence = window.setTimeout(() => this.listen(), PAUSE_MS);
  }

  private watch(): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => this.again(), SILENCE_MS);
  }

  private say(how: "connecting" | "connected" | "disconnected" | "caught_up"): void {
    const place = the("connection");
    place.dataset.state = how;
    if (place.textContent !== say(how)) place.textContent = say(how);
  }
}
