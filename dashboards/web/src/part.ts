// A part of the page: asks for its data now and then, and always says in words how it stands.
import { element, the } from "./element";
import { now } from "./ask";
import { say, time } from "./words";

const FIRST_PAUSE_MS = 4_000;
const LONGEST_PAUSE_MS = 60_000;

export class Part<Data> {
  private timer = 0;
  private pause_ms = FIRST_PAUSE_MS;
  private shownAt = 0;
  private readonly notice = element("p", { class: "notice", role: "status" });
  private readonly box: HTMLElement;

  /**
   * @param id Element of the part, or of what stands in its place while there is nothing to show.
   * @param load Asks for the data.
   * @param show Shows them; gives false where there are none.
   * @param none What is said then.
   * @param every_ms After how long they are asked for again.
   * @param card Element at the top that says the same while there is nothing to show.
   */
  constructor(
    id: string,
    private readonly load: () => Promise<Data>,
    private readonly show: (data: Data) => boolean,
    private readonly none: string,
    private readonly every_ms: number,
    private readonly card = "",
  ) {
    this.box = the(id);
    this.box.before(this.notice);
    this.tell(say("loading"));
  }

  /** Asks at once, and from then on again and again. */
  async refresh(): Promise<void> {
    window.clearTimeout(this.timer);
    let next_ms = this.every_ms;
    try {
      const data = await this.load();
      this.tell(this.show(data) ? "" : this.none);
      this.shownAt = now();
      this.pause_ms = FIRST_PAUSE_MS;
    } catch (error) {
      console.warn("a part of the page could not be loaded", error);
      this.tell(this.shownAt ? say("failed_old", { time: time(this.shownAt) }) : say("failed"), this.shownAt > 0);
      next_ms = this.pause_ms;
      this.pause_ms = Math.min(2 * this.pause_ms, LONGEST_PAUSE_MS);
    }
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), next_ms);
  }

  private tell(text: string, keep = text === ""): void {
    if (this.notice.textContent !== text) this.notice.textContent = text;
    this.notice.hidden = text === "";
    this.box.hidden = !keep;
    if (this.card && !keep) the(this.card).textContent = text;
  }
}
